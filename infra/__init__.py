"""What `cdk deploy` makes in AWS: three stacks and two optional ones, one construct per role."""

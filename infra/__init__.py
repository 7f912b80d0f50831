"""What `cdk deploy` makes in an AWS account: three stacks and two optional ones, one construct per role."""

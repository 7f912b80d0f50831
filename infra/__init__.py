"""What `cdk deploy` makes in an AWS account: three stacks, one construct per role."""

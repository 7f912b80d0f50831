"""The AWS account that is deployed into: whether it is ready, told before anything is made."""

"""The AWS account that is deployed into: whether it is ready, and whether all of it works there."""

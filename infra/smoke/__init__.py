"""`make smoke-aws`: a deployment that is used, measured and removed again."""

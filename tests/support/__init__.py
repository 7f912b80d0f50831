"""What the suites share: fakes, pictures, and stand-ins for AWS, Lambda and a visitor."""

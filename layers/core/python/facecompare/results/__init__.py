"""Results as they leave the package: the schemas, the conversion to them, and the overlay."""

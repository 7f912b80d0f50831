"""The API's operations, by subject."""

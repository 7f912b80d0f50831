"""A function as Lambda runs it, and the HTTP API in front of it."""

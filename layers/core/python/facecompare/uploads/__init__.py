"""Photos that are sent to a bucket before they are named in a request."""

"""Photos that are uploaded to a bucket before a request names them."""

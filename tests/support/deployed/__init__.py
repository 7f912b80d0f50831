"""The deployed service, reached as a visitor reaches it."""

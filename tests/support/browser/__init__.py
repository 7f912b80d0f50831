"""A visitor in Chromium."""

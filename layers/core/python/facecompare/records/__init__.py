"""What is kept of a comparison, and the log that keeps it: SQLite on a laptop."""

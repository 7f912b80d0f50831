"""Many pairs: the pairs file, the queue, the workers and their results."""

"""Many pairs: the pairs file, the queue, the workers and what they keep."""

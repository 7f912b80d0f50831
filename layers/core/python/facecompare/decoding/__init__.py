"""From a file's bytes to an upright RGB picture of working size, in a process with limits."""

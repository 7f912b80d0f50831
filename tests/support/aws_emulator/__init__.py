"""AWS on this machine: moto as a server, what it lacks, and what makes it fail."""

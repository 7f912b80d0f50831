"""What processes take: CPU, memory, descriptors, threads; and servers that are measured."""

"""What the pages say, read by a program: links, commands, and generated tables."""

"""Pictures that ask for more than they are worth, and mutated ones; all made by code."""

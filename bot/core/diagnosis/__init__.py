"""What is wrong with a Sitrep, the worst first, and what to do about it: decided here, gathered elsewhere."""

"""What is served on PORT."""

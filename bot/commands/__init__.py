"""What a person can ask for, on any platform."""

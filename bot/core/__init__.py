"""The pure core: no I/O, no clock, no environment.  Time, randomness and settings come in as arguments."""

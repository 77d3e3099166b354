"""The loops: gather, decide, commit.  What is decided, is decided in the core."""

"""Chat platforms, and nothing else: one folder or file each, found by its name."""

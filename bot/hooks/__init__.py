"""One file for each kind of incoming webhook: what a body says."""

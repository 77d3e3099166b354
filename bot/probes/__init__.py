"""Probe types, one file each, found by their file names: see `Probe` in bot/plugins.py."""

"""Broken answers for every format, for as long as one likes."""

"""Sitrep: watches what you depend on and tells your team, in its own chat, what is broken."""

__version__ = "0.1.0"

"""Everything that is remembered.  The only package that knows SQL."""

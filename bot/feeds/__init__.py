"""One file per feed format.  A vendor is a row in the catalog, never a file here."""

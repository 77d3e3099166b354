"""The board: how everything stands, for whoever would rather look than read.  Server-rendered, no build step."""

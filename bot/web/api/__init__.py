"""What other programs read: a status page as Statuspage serves it, a feed, and an API of our own."""

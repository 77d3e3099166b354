"""The report of an incident: what is known of it, each line with its source, and what is not known, with the reason."""

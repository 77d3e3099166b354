"""Pictures: what is known of an incident, or of a week, as simple shapes that become an SVG or a PNG.  Pure."""

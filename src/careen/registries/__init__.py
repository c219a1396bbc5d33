"""A whole registry: its name comes in; a report of every image, and one summary, go out."""

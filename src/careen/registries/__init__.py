"""Scans a whole registry: from its name to a report of every image, and one summary."""

"""VEX documents in their three notations."""

"""VEX documents in their three formats."""

"""Reads layers: each becomes a Delta, and the Deltas of an image are bound into one Inventory."""

"""Matching: from an inventory and the advisory database to findings, and to what could not be assessed."""

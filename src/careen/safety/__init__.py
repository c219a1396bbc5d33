"""Bounds for the reading of hostile input: budgets, patterns in linear time, checksums, digests."""

"""What keeps the reading of hostile input bounded: budgets, patterns in linear time, checksums, digests."""

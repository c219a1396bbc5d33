"""Protection when reading hostile input: budgets, regular expressions in linear time, checksums, digests."""

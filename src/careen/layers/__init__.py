"""Read: layers come in, Deltas and then one bound Inventory go out."""

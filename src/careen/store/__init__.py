"""The store for Deltas and inventories between scans."""

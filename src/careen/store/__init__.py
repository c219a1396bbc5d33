"""The store of Deltas and inventories between scans."""

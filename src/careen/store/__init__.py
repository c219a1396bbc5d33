"""Where Deltas and inventories are kept between scans."""

"""What people read of results: escaped text, wrapped lines, totals and outcomes in words."""

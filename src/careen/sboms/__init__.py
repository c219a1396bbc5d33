"""Bills of materials that others wrote, read: the bytes of a document come in, an inventory with what it is of goes out."""

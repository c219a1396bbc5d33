"""Keys, signatures and signed metadata, which states which files belong together and how long they may be used."""

"""Keys and signatures, and signed metadata: which files belong together and how long they may be used."""

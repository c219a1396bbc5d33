"""Keys and signatures, and signed metadata that says which files belong together and until when they may be used."""

"""Version schemes: version text comes in, a tuple that sorts as the ecosystem does goes out."""

"""The HTTP shell of the fleet: its API, its pages, and the interfaces that registries and clusters speak."""

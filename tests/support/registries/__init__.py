"""Registries of several makers, on loopback, with the shapes of their documented answers."""

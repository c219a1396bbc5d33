"""Packages: their files, metadata, names and purls."""

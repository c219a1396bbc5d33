"""Notations of SBOMs that are read in images and as input."""

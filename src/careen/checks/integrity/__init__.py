"""Checks of the files that packages own."""

"""Compose files: checks get a Compose, the services of the files with what they share."""

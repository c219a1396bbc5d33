"""Compose files: checks inspect a Compose, the services of its files and what they share."""

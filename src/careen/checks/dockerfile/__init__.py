"""Dockerfiles, before anything is built: checks inspect a Dockerfile with its stages, steps and parsed commands."""

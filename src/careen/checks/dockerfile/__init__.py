"""Dockerfiles, before anything is built: checks get a Dockerfile with its stages, steps and parsed commands."""

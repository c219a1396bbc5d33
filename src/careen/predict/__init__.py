"""Predicts what the build of a Dockerfile will install, line by line, before anything is built. For an image that was built
from it, finds the instruction of each layer."""

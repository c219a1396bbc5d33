"""Predicts the packages that the build of a Dockerfile will install, line by line, before anything is built.

For an image that was built from the Dockerfile, it finds the instruction of each layer.
"""

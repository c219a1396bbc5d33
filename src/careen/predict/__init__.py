"""Predict: a Dockerfile comes in; what its build will install, line by line, goes out, before anything is built."""

"""Predict: a Dockerfile comes in; what its build will install, line by line, goes out, before anything is built. Beside an
image that was built from it, it tells which line made each layer."""

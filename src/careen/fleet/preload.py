"""Loaded once by the process that the readers of layers are forked from."""

from careen.app.wiring import readers_with
from careen.layers import index, read
from careen.layers.dispatch import Dispatch

LOADED = (index, read, Dispatch(readers_with(("secret", "behaviour"))))

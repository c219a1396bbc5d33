"""Imports of the fork server, from which the processes that read layers are forked: they are loaded once for all."""

from careen.app.wiring import readers_with
from careen.layers import index, read
from careen.layers.dispatch import Dispatch

LOADED = (index, read, Dispatch(readers_with(("secret", "behaviour"))))

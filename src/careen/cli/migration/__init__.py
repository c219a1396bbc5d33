"""Files of other tools, carried over into Careen's settings and ignore rules."""

from .carried import Carried, carried

__all__ = ["Carried", "carried"]

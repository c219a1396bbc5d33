"""Loggers of the standard library that are loaded when there is something to log.

``logging`` with all that it imports takes a twentieth of the time of a scan from the cache, and most scans log nothing. A
debug message does not load it: if no module has imported ``logging`` yet, no application has enabled debug messages.
``log = logger(__name__)`` takes the place of ``logging.getLogger(__name__)``. An application that calls Careen as a library
configures these loggers as usual.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

_on_load: Callable[[], None] | None = None


def logger(name: str) -> "Logger":
    return Logger(name)


def configure_on_load(configure: Callable[[], None]) -> None:
    """Registers a function that is called before the first message; it may import ``logging``."""
    global _on_load
    _on_load = configure


class Logger:
    """The methods of ``logging.Logger`` that Careen uses."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def debug(self, message: str, *values: object, exc_info: bool = False) -> None:
        if "logging" in sys.modules:
            _loaded(self._name).debug(message, *values, exc_info=exc_info, stacklevel=2)

    def info(self, message: str, *values: object) -> None:
        if "logging" in sys.modules:
            _loaded(self._name).info(message, *values, stacklevel=2)

    def warning(self, message: str, *values: object) -> None:
        _loaded(self._name).warning(message, *values, stacklevel=2)

    def exception(self, message: str, *values: object) -> None:
        _loaded(self._name).exception(message, *values, stacklevel=2)


def _loaded(name: str) -> "logging.Logger":
    global _on_load
    import logging

    configure, _on_load = _on_load, None
    if configure is not None:
        configure()
    return logging.getLogger(name)

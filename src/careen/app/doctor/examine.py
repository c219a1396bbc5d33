"""Runs all examinations in the order of the report. If one fails, its failure becomes a line, and the others follow."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from careen.config import Settings
from careen.errors import Error
from careen.log import logger
from careen.plugins import Progress, silent

from .cache import cache_lines
from .credentials import credential_lines
from .database import database_lines
from .line import Line, problem
from .machine import machine_lines
from .network import Hosts, asked, clock_lines, network_lines

log = logger(__name__)

Examination = Callable[[], Iterable[Line]]


def examine(settings: Settings, environ: Mapping[str, str] = os.environ, progress: Progress = silent) -> tuple[Line, ...]:
    """The lines of all examinations. ``progress`` gets the hosts that have answered."""
    hosts = Hosts()
    examinations: tuple[tuple[str, Examination], ...] = (
        ("machine", lambda: machine_lines(environ)),
        ("cache", lambda: cache_lines(settings)),
        ("database", lambda: database_lines(settings)),
        ("credentials", lambda: credential_lines(settings, environ)),
        ("network", lambda: network_lines(settings, environ, asked(settings, environ, hosts, progress))),
        ("clock", lambda: clock_lines(settings, hosts)),
    )
    return tuple(line for topic, examination in examinations for line in guarded(topic, examination))


def guarded(topic: str, examination: Examination) -> Iterator[Line]:
    """The lines of an examination. If it fails, those before the failure, and a line that states the problem."""
    try:
        yield from examination()
    except (Error, OSError) as error:
        yield problem(topic, "failed", str(error), getattr(error, "hint", ""))
    except Exception as error:  # the doctor runs on machines where something is broken
        log.debug("the examination of %s failed", topic, exc_info=True)
        yield problem(topic, "failed", f"the examination failed: {type(error).__name__}", "--debug shows where")

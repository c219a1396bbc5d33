"""Open tasks: overdue findings, and images on outdated bases. They are counted at most once a minute for each project."""

import threading
import time
from typing import Any

from msgspec import Struct

from careen.fleet import base_tags, overdue

from .visit import Visit

KEPT_S = 60.0


class Todo(Struct, frozen=True):
    """The open tasks of a project: its overdue findings, and its images on outdated bases. Each count has its own
    ``exact``.
    """

    overdue: overdue.Overdue
    bases: base_tags.Bases

    @property
    def is_known(self) -> bool:
        """Whether there are any tasks or current bases to show."""
        return bool(self.overdue.count or self.bases.outdated or self.bases.current)


class Todos:
    """Cached tasks of projects; threads may share it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, Todo]] = {}
        self._lock = threading.Lock()

    def of(self, visit: Visit, project_id: int) -> Todo:
        with self._lock:
            until, found = self._known.get(project_id, (0.0, None))
        if found is not None and time.monotonic() < until:
            return found
        with visit.fleet.engine.connect() as connection:
            made = Todo(overdue.overdue(connection, project_id, time.time()), base_tags.bases(connection, project_id))
        with self._lock:
            self._known[project_id] = (time.monotonic() + KEPT_S, made)
        return made


def todo(visit: Visit) -> Todo:
    held: Any = visit.request.app.state
    if not hasattr(held, "todos"):
        held.todos = Todos()
    assert visit.project is not None
    found: Todo = held.todos.of(visit, visit.project.id)
    return found

"""Saved views: named pages of a project with their filters and order, which all its users share.

Raises: UsageError for a path that is not a page of a project, or if there are too many views.
"""

import re
import time
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct
from sqlalchemy import Connection, delete, func, select

from careen.errors import UsageError

from .rows import insert
from .tables import saved_view

MAX_VIEWS = 200  # of a project
MAX_PATH = 2000
Path = Annotated[str, Meta(min_length=1, max_length=MAX_PATH, pattern=r"^[!-~]+\Z")]
_PAGE = re.compile(r"[a-z0-9][a-z0-9/_.:@-]*")


class View(Struct, frozen=True):
    """A saved view. ``path`` is relative to the pages of the project: ``images?severity=high``."""

    id: int
    name: str
    path: str
    made_by: str
    made_at: float


def save(connection: Connection, project_id: int, name: str, path: str, by: str) -> int:
    """Saves a view; returns its number. It replaces a view with the same name. Only pages of the project are allowed,
    so that no link can lead elsewhere.
    """
    if len(path) > MAX_PATH or not _is_page(path):
        raise UsageError(f"{path[:80]!r} is not a page of the project", "images?severity=high")
    known = select(func.count()).select_from(saved_view).where(saved_view.c.project_id == project_id, saved_view.c.name != name)
    if connection.execute(known).scalar_one() >= MAX_VIEWS:
        raise UsageError(f"the project has {MAX_VIEWS} saved views", "remove some that are not used")
    row = {"project_id": project_id, "name": name, "path": path, "made_by": by, "made_at": time.time()}
    changed = {column: row[column] for column in ("path", "made_by", "made_at")}
    new = insert(connection, saved_view).on_conflict_do_update(index_elements=["project_id", "name"], set_=changed)
    return int(connection.execute(new.returning(saved_view.c.id), row).scalar_one())


def remove(connection: Connection, project_id: int, view_id: int) -> bool:
    gone = delete(saved_view).where(saved_view.c.project_id == project_id, saved_view.c.id == view_id)
    return bool(connection.execute(gone).rowcount)


def listed(connection: Connection, project_id: int) -> list[View]:
    names = ("id", "name", "path", "made_by", "made_at")
    wanted = select(*(saved_view.c[name] for name in names)).where(saved_view.c.project_id == project_id)
    return [View(**row._mapping) for row in connection.execute(wanted.order_by(saved_view.c.name))]


def _is_page(path: str) -> bool:
    parts = urlsplit(path)
    return not parts.scheme and not parts.netloc and bool(_PAGE.fullmatch(parts.path)) and ".." not in parts.path

"""Google's Artifact Registry and Container Registry: the list of tags of a name contains the names below it, and
digests.

**Source:** Google Cloud, "Artifact Registry, Docker Registry API V2": ``child`` and ``manifest`` of ``tags/list``.
"""

import re
from typing import Any

from careen.images.distribution import TAGS

from ..asked import Asked
from .kind import Kind, NoListError, Page, Tag, never

_HOST = re.compile(r"(?:[a-z0-9-]{1,40}-docker\.pkg\.dev|(?:[a-z]{2,6}\.)?gcr\.io)")
_DEPTH = 16


def repositories(asked: Asked, namespace: str, start: str) -> Page[str]:
    """A page with the repositories of one name. ``start`` is a stack of the remaining names, separated by spaces."""
    waiting = start.split(" ") if start else [namespace]
    name, rest = waiting[0], waiting[1:]
    if not name:
        raise NoListError(f"{asked.host} does not list its projects", f"name one: {asked.host}/PROJECT")
    page = asked.page(TAGS, "", name)
    if page is None:
        raise NoListError(f"{asked.host} does not list what is in {name}", "check what its user may read")
    listed = page.document.get("child")
    below = [f"{name}/{child}" for child in listed if _is_part(child)] if isinstance(listed, list) else []
    if name.count("/") >= _DEPTH:
        below = []
    has_images = bool(page.document.get("tags") or page.document.get("manifest"))
    return Page((name,) if has_images else (), " ".join([*below, *rest]))


def tags(asked: Asked, repository: str, start: str) -> Page[Tag]:
    page = asked.page(TAGS, start, repository)
    if page is None:
        raise NoListError("the registry does not list its tags", "check what its user may read")
    manifests = page.document.get("manifest")
    known: dict[str, Tag] = {}
    for digest, entry in manifests.items() if isinstance(manifests, dict) else ():
        for name in entry.get("tag") or () if isinstance(entry, dict) else ():
            known[name] = Tag(name, digest, _moment(entry.get("timeUploadedMs")))
    listed = page.document.get("tags")
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    return Page(tuple(known.get(name) or Tag(name) for name in names), page.following)


def _is_part(child: Any) -> bool:
    return isinstance(child, str) and bool(child) and " " not in child


def _moment(value: Any) -> float | None:
    text = str(value)
    return int(text[:16]) / 1000 if text.isdigit() else None


KIND = Kind("gar", "Google Artifact Registry", lambda host: _HOST.fullmatch(host) is not None, never, repositories, tags)

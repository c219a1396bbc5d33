"""Quay: the repositories of a namespace and their active tags, with digests and times, through its API.

Robot accounts cannot use the API; for them the catalogue and the tags of the registry are read.
**Source:** Quay API reference: ``GET /api/v1/repository``, ``GET /api/v1/repository/{repository}/tag/``.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from careen.images.authorization import Challenge

from ..asked import Asked
from . import distribution
from .kind import Kind, NoListError, Page, Tag

_PAGE = 100
_TOKEN_USER = "$oauthtoken"  # noqa: S105 - the name of the user whose password is a token of the API
_PAGES = "page:"  # begins the number of a page of the API; anything else is a query of the registry


def is_quay(challenge: Challenge, host: str) -> bool:
    realm = urlsplit(challenge.parameters.get("realm", ""))
    return challenge.scheme == "bearer" and realm.path == "/v2/auth" and challenge.parameters.get("service") == host


def repositories(asked: Asked, namespace: str, start: str) -> Page[str]:
    owner = namespace.partition("/")[0]
    if not owner:
        return distribution.repositories(asked, namespace, start)
    query = f"namespace={quote(owner)}" + (f"&next_page={quote(start)}" if start else "")
    document = _asked(asked, f"repository?public=true&{query}")
    listed = document.get("repositories") if document else None
    if document is None or not isinstance(listed, list):
        raise NoListError(f"{asked.host} does not list the repositories of {owner}", "check the name and the credentials")
    found = (entry["name"] for entry in listed if isinstance(entry, dict) and isinstance(entry.get("name"), str))
    following = document.get("next_page")
    return Page(tuple(f"{owner}/{name}" for name in found), following if isinstance(following, str) else "")


def tags(asked: Asked, repository: str, start: str) -> Page[Tag]:
    if start and not start.startswith(_PAGES):
        return distribution.tags(asked, repository, start)
    number = start.removeprefix(_PAGES) or "1"
    document = _asked(asked, f"repository/{quote(repository)}/tag/?onlyActiveTags=true&limit={_PAGE}&page={number}")
    listed = document.get("tags") if document else None
    if document is None or not isinstance(listed, list):
        return distribution.tags(asked, repository, "")
    found = (entry for entry in listed if isinstance(entry, dict) and isinstance(entry.get("name"), str))
    more = document.get("has_additional") is True
    return Page(tuple(map(_tag, found)), f"{_PAGES}{int(number) + 1}" if more else "")


def _tag(entry: Mapping[str, Any]) -> Tag:
    since = entry.get("start_ts")
    return Tag(entry["name"], str(entry.get("manifest_digest") or ""), float(since) if isinstance(since, int | float) else None)


def _asked(asked: Asked, path: str) -> dict[str, Any] | None:
    credential = asked.credential()
    token = credential.password if credential and credential.username == _TOKEN_USER else ""
    if credential and not token:
        return None
    status, document, _ = asked.answer(f"{asked.base()}/api/v1/{path}", {"Authorization": f"Bearer {token}"} if token else {})
    return document if status == 200 and isinstance(document, dict) else None


KIND = Kind("quay", "Quay", lambda host: host == "quay.io", is_quay, repositories, tags)

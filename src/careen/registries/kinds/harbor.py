"""Harbor: the repositories of a project, and the artifacts of a repository with their tags, digests and times.

**Source:** Harbor API 2.0 (swagger.yaml): ``/projects/{project}/repositories``, ``/repositories``, ``…/artifacts``.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from careen.images.authorization import Challenge

from ..asked import Asked
from . import distribution
from .kind import Kind, NoListError, Page, Tag
from .times import moment

_PAGE = 100


def is_harbor(challenge: Challenge, host: str) -> bool:
    return challenge.parameters.get("service") == "harbor-registry"


def repositories(asked: Asked, namespace: str, start: str) -> Page[str]:
    project = namespace.partition("/")[0]
    path = f"projects/{quote(project, safe='')}/repositories" if project else "repositories"
    found = _list(asked, path, start)
    if found is None:
        raise NoListError(f"{asked.host} does not list its repositories", "the user needs the permission to list them")
    names = tuple(entry["name"] for entry in found if isinstance(entry.get("name"), str))
    return Page(names, _following(found, start))


def tags(asked: Asked, repository: str, start: str) -> Page[Tag]:
    if "=" in start:  # continues with the registry's catalogue, because Harbor's own list was denied
        return distribution.tags(asked, repository, start)
    project, _, name = repository.partition("/")
    encoded = quote(quote(name, safe=""), safe="")  # twice, as its documentation requires
    path = f"projects/{quote(project, safe='')}/repositories/{encoded}/artifacts"
    found = _list(asked, path, start, "&with_tag=true&with_label=false")
    if found is None:
        return distribution.tags(asked, repository, "")
    return Page(tuple(tag for entry in found for tag in _tags_of(entry)), _following(found, start))


def _tags_of(artifact: Mapping[str, Any]) -> list[Tag]:
    digest, entries = artifact.get("digest"), artifact.get("tags")
    if artifact.get("type", "IMAGE") != "IMAGE" or not isinstance(digest, str) or not isinstance(entries, list):
        return []  # the artifact is a chart or an SBOM
    named = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("name"), str)]
    return [Tag(entry["name"], digest, moment(entry.get("push_time") or artifact.get("push_time"))) for entry in named]


def _list(asked: Asked, path: str, start: str, query: str = "") -> list[dict[str, Any]] | None:
    credential = asked.credential()
    headers = {"Authorization": credential.basic} if credential and credential.username else {}
    url = f"{asked.base()}/api/v2.0/{path}?page={start or '1'}&page_size={_PAGE}{query}"
    status, document, _ = asked.answer(url, headers)
    if status != 200 or not isinstance(document, list):
        return None
    return [entry for entry in document if isinstance(entry, dict)]


def _following(found: list[dict[str, Any]], start: str) -> str:
    return str(int(start or "1") + 1) if len(found) >= _PAGE else ""


KIND = Kind("harbor", "Harbor", lambda _: False, is_harbor, repositories, tags)

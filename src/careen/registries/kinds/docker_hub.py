"""Docker Hub, which has no catalogue: the repositories and tags of a namespace come from the interface of its web site.

Tags have their digest and time there, so that no requests to the registry are needed, whose limits apply to pulls.
**Source:** Docker Hub API reference: "List repositories", "List repository tags", "Create access token".
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from careen.errors import CredentialsError

from ..asked import Asked
from .kind import Kind, NoListError, Page, Tag, never
from .times import moment

API = "https://hub.docker.com"
_PAGE = 100


def repositories(asked: Asked, namespace: str, start: str) -> Page[str]:
    owner, _, repository = namespace.partition("/")
    if repository:
        return Page((namespace,))
    if not owner:
        raise NoListError(f"{asked.host} lists one namespace at a time", f"name one: {asked.host}/NAMESPACE")
    document = _page(asked, f"/v2/namespaces/{quote(owner)}/repositories", start)
    if document is None:
        raise NoListError(f"{asked.host} has no namespace {owner}, or it is private", "check the name and the credentials")
    return Page(tuple(f"{owner}/{entry['name']}" for entry in _results(document, "name")), _following(document))


def tags(asked: Asked, repository: str, start: str) -> Page[Tag]:
    owner, _, name = repository.partition("/")
    document = _page(asked, f"/v2/namespaces/{quote(owner)}/repositories/{quote(name)}/tags", start)
    if document is None:
        raise NoListError(f"{asked.host} has no repository {repository}, or it is private", "check the credentials")
    found = (
        Tag(entry["name"], str(entry.get("digest") or ""), moment(entry.get("tag_last_pushed") or entry.get("last_updated")))
        for entry in _results(document, "name")
    )
    return Page(tuple(found), _following(document))


def _page(asked: Asked, path: str, start: str) -> dict[str, Any] | None:
    url = f"{API}{path}?page_size={_PAGE}&page={start or '1'}"
    try:
        status, document, _ = asked.answer(url, _login(asked))
    except CredentialsError:  # the session's token has expired, or the password is wrong: a new login shows which
        asked.token(API, "")
        status, document, _ = asked.answer(url, _login(asked))
    return document if status == 200 and isinstance(document, dict) else None


def _login(asked: Asked) -> Mapping[str, str]:
    credential = asked.credential()
    if credential is None or not credential.username:
        return {}
    if not asked.token(API):
        status, answer = asked.posted(
            f"{API}/v2/auth/token", {"identifier": credential.username, "secret": credential.password}
        )
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if status != 200 or not isinstance(token, str):
            raise CredentialsError(f"{asked.host} does not accept the user {credential.username!r} or the password", "")
        asked.token(API, token)
    return {"Authorization": f"Bearer {asked.token(API)}"}


def _results(document: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = document.get("results")
    return (
        [each for each in found if isinstance(each, dict) and isinstance(each.get(key), str)] if isinstance(found, list) else []
    )


def _following(document: Mapping[str, Any]) -> str:
    """The number of the next page; "" if there is none. The URL in the response is not followed."""
    following = document.get("next")
    numbers = parse_qs(urlsplit(following).query).get("page", []) if isinstance(following, str) else []
    return numbers[0] if numbers and numbers[0].isdigit() else ""


KIND = Kind("docker-hub", "Docker Hub", lambda host: host == "docker.io", never, repositories, tags)

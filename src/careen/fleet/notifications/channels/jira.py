"""Tickets as issues of Jira, in the cloud or on a self-hosted server.

The description is wiki markup. Its text is in a ``noformat`` block, which no text in it can end. A label identifies the
issue, so that a repeated try does not open a second one.
**Source:** Atlassian, "Jira REST API, version 2": issue, search, transitions; "Text formatting notation".
"""

import base64
import re
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct

from careen.plugins import Fetcher

from ..tickets import Ticket
from .posted import ANSWER_BYTES, SendError, asked, refused

_BLOCK = re.compile(r"\{(?=\s*noformat)", re.IGNORECASE)


class JiraTarget(Struct, frozen=True, forbid_unknown_fields=True):
    """A Jira project for tickets. ``user`` is the e-mail address for Jira in the cloud; "" with a server's personal
    access token.
    """

    url: str
    project: Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,99}\Z")]
    token: Annotated[str, Meta(min_length=1)]
    user: str = ""
    issue_type: Annotated[str, Meta(min_length=1, max_length=100)] = "Task"

    def __repr__(self) -> str:
        return f"JiraTarget({self.project})"


class _Status(Struct, frozen=True):
    key: str = ""


class _To(Struct, frozen=True):
    statusCategory: _Status = _Status()  # noqa: N815 (Jira's name)


class _Transition(Struct, frozen=True):
    id: str
    to: _To = _To()


class _Transitions(Struct, frozen=True):
    transitions: tuple[_Transition, ...] = ()


class _Issue(Struct, frozen=True):
    key: str


class _Search(Struct, frozen=True):
    issues: tuple[_Issue, ...] = ()


def send(wanted: Ticket, attempt: int, target: JiraTarget, fetcher: Fetcher) -> str:
    """Opens, updates or closes the issue of a ticket; returns its key. Raises SendError."""
    if wanted.action == "open":
        known = _found(wanted, target, fetcher) if attempt > 1 else ""
        return known or str(_typed(_call(fetcher, target, "POST", "issue", {"fields": fields(wanted, target)}), _Issue).key)
    place = f"issue/{quote(wanted.remote, safe='')}"
    if wanted.action == "update":
        content = {"fields": {"summary": wanted.title, "description": description(wanted)}}
        _call(fetcher, target, "PUT", place, content)
    else:
        _close(target, fetcher, place)
    return wanted.remote


def try_out(target: JiraTarget, fetcher: Fetcher) -> None:
    """Checks that the project is visible to the user. Raises SendError if not."""
    _call(fetcher, target, "GET", f"project/{target.project}")


def fields(wanted: Ticket, target: JiraTarget) -> dict[str, Any]:
    return {
        "project": {"key": target.project},
        "issuetype": {"name": target.issue_type},
        "summary": wanted.title,
        "description": description(wanted),
        "labels": ["careen", label(wanted)],
    }


def description(wanted: Ticket) -> str:
    text = _BLOCK.sub("{\u200b", wanted.text)
    link = f"\n[Open in Careen|{wanted.link}]" if wanted.link else ""
    return f"{{noformat}}\n{text}\n{{noformat}}{link}"


def label(wanted: Ticket) -> str:
    return f"careen-{wanted.key}"


def _found(wanted: Ticket, target: JiraTarget, fetcher: Fetcher) -> str:
    """The key of the issue that an earlier try opened; "" if there is none. The cloud has another search endpoint than
    self-hosted servers.
    """
    content = {"jql": f'project = "{target.project}" AND labels = "{label(wanted)}"', "fields": ["key"], "maxResults": 1}
    found = _call(fetcher, target, "POST", "search/jql", content, or_gone=True)
    if found is None:
        found = _call(fetcher, target, "POST", "search", content)
    issues = _typed(found, _Search).issues
    return str(issues[0].key) if issues else ""


def _close(target: JiraTarget, fetcher: Fetcher, place: str) -> None:
    answer = _call(fetcher, target, "GET", f"{place}/transitions", or_gone=True)
    if answer is None:  # the issue was deleted
        return
    possible = _typed(answer, _Transitions).transitions
    done = next((each for each in possible if each.to.statusCategory.key == "done"), None)
    if done is not None:  # else it is closed already, or its workflow has no transition to it from here
        _call(fetcher, target, "POST", f"{place}/transitions", {"transition": {"id": done.id}})


def _call(
    fetcher: Fetcher, target: JiraTarget, method: str, place: str, content: Any = None, *, or_gone: bool = False
) -> bytes | None:
    """Sends a request, and returns the body of the response. With ``or_gone``, None if the server answers that nothing
    exists there. Raises SendError.
    """
    if target.user:
        pair = base64.b64encode(f"{target.user}:{target.token}".encode()).decode()
        given = f"Basic {pair}"
    else:
        given = f"Bearer {target.token}"
    headers = {"Authorization": given, "Accept": "application/json", "Content-Type": "application/json"}
    url = f"{target.url.rstrip('/')}/rest/api/2/{place}"
    answer = asked(fetcher, method, url, headers, None if content is None else msgspec.json.encode(content))
    try:
        if or_gone and answer.status in (404, 405, 410):
            return None
        if answer.status in (401, 403):
            raise SendError("credentials", f"the tracker answers {answer.status}: check the user, the token and its rights")
        if not 200 <= answer.status < 300:
            raise refused(answer.status)
        return answer.read(ANSWER_BYTES)
    finally:
        answer.close()


def _typed(data: bytes | None, kind: Any) -> Any:
    from careen.safety.typed import from_json

    try:
        return from_json(data or b"", kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise SendError("answer", "the tracker's answer is not an issue") from None

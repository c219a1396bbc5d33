"""Tickets as issues of a repository on GitHub, or on a server with the same API.

The text is in a fenced block, which no text in it can end, so that no name can become a mention, a reference or an image.
The body ends with a mark by which a repeated try finds the issue, instead of opening a second one.
**Source:** GitHub's REST API, "Issues" (2022-11-28); GitHub Flavored Markdown, 4.5 (fenced code blocks).
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct

from careen.plugins import Fetcher

from ..tickets import Ticket
from .posted import ANSWER_BYTES, SendError, asked, refused

PAGES, PAGE = 10, 100  # pages that are searched for the issue, and issues on a page
EARLIER_S = 600.0  # tolerance, because clocks differ
_FENCES = re.compile(r"`{3,}")


class GitHubTarget(Struct, frozen=True, forbid_unknown_fields=True):
    """A repository for tickets. ``token`` needs permission to read and write its issues, and nothing else."""

    repository: Annotated[str, Meta(max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.{1,2}\Z)[A-Za-z0-9_.-]+\Z")]
    token: Annotated[str, Meta(min_length=1)]
    url: str = "https://api.github.com"

    def __repr__(self) -> str:
        return f"GitHubTarget({self.repository})"


class _Issue(Struct, frozen=True):
    number: int
    body: str | None = None


def send(wanted: Ticket, attempt: int, target: GitHubTarget, fetcher: Fetcher) -> str:
    """Opens, updates or closes the issue of a ticket; returns its number. Raises SendError."""
    issues = f"{target.url.rstrip('/')}/repos/{target.repository}/issues"
    if wanted.action == "open":
        known = _found(wanted, target, fetcher, issues) if attempt > 1 else ""
        if known:
            return known
        made = _call(fetcher, target, "POST", issues, {"title": wanted.title, "body": body(wanted)})
        return str(_typed(made, _Issue).number)
    content: dict[str, Any] = {"title": wanted.title, "body": body(wanted)}
    if wanted.action == "close":
        content = {"state": "closed", "state_reason": "completed"}
    _call(fetcher, target, "PATCH", f"{issues}/{quote(wanted.remote, safe='')}", content, gone_is_fine=wanted.action == "close")
    return wanted.remote


def try_out(target: GitHubTarget, fetcher: Fetcher) -> None:
    """Checks that the repository is visible to the token. Raises SendError if not."""
    _call(fetcher, target, "GET", f"{target.url.rstrip('/')}/repos/{target.repository}")


def body(wanted: Ticket) -> str:
    fence = "`" * max(3, 1 + max((len(found) for found in _FENCES.findall(wanted.text)), default=0))
    link = f"[Open in Careen]({wanted.link})\n\n" if wanted.link else ""
    return f"{fence}text\n{wanted.text}\n{fence}\n\n{link}<!-- careen:{wanted.key} -->\n"


def _found(wanted: Ticket, target: GitHubTarget, fetcher: Fetcher, issues: str) -> str:
    """The number of the issue that an earlier try opened; "" if there is none."""
    since = datetime.fromtimestamp(wanted.opened_at - EARLIER_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for page in range(1, PAGES + 1):
        query = f"?state=all&sort=created&direction=desc&since={since}&per_page={PAGE}&page={page}"
        found = _typed(_call(fetcher, target, "GET", issues + query), list[_Issue])
        for issue in found:
            if f"<!-- careen:{wanted.key} -->" in (issue.body or ""):
                return str(issue.number)
        if len(found) < PAGE:
            return ""
    return ""


def _call(
    fetcher: Fetcher, target: GitHubTarget, method: str, url: str, content: Any = None, *, gone_is_fine: bool = False
) -> bytes:
    headers = {
        "Authorization": f"Bearer {target.token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
        "Content-Type": "application/json",
    }
    answer = asked(fetcher, method, url, headers, None if content is None else msgspec.json.encode(content))
    try:
        if gone_is_fine and answer.status in (404, 410):
            return b""
        if answer.status in (401, 403):
            raise SendError("credentials", f"the tracker answers {answer.status}: check the token and its permissions")
        if not 200 <= answer.status < 300:
            raise refused(answer.status)
        return answer.read(ANSWER_BYTES)
    finally:
        answer.close()


def _typed(data: bytes, kind: Any) -> Any:
    from careen.safety.typed import from_json

    try:
        return from_json(data, kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise SendError("answer", "the tracker's answer is not an issue") from None

"""GitHub's REST API: comments of a pull request, code scanning, and a branch with one commit.

**Source:** GitHub REST API 2022-11-28: issues/comments, pulls, git/refs, git/trees, git/commits, repos/contents, repos/compare,
code-scanning/sarifs.
"""

import base64
import gzip
from collections.abc import Iterator

from msgspec import Struct

from careen.errors import CredentialsError
from careen.net import NetSettings

from .forge import Api, Comment, Request, decoded, quoted
from .pipeline import Pipeline

ROBOT = "github-actions[bot]"  # the user of a workflow's token, which may not request its own user


class _User(Struct, frozen=True):
    login: str = ""


class _Comment(Struct, frozen=True):
    id: int
    user: _User | None = None
    body: str | None = None


class _Object(Struct, frozen=True):
    sha: str


class _Reference(Struct, frozen=True):
    object: _Object


class _Made(Struct, frozen=True):
    sha: str = ""
    html_url: str = ""


class _Message(Struct, frozen=True):
    message: str


class _Commit(Struct, frozen=True):
    commit: _Message


class _Compared(Struct, frozen=True):
    commits: list[_Commit]


class _Pull(Struct, frozen=True):
    number: int
    state: str
    html_url: str = ""
    body: str | None = None
    merged_at: str | None = None


class GitHub:
    """The ``Forge`` of GitHub, with its code scanning."""

    def __init__(self, pipeline: Pipeline, token: str, net: NetSettings | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
        self._api = Api(pipeline.api, headers, net)
        self._owner = pipeline.repository.partition("/")[0]
        self._home = f"/repos/{quoted(pipeline.repository, safe='/')}"

    def user(self) -> str:
        try:
            return self._api.get("/user", _User).login
        except CredentialsError:
            return ROBOT

    def comments(self, request: int) -> Iterator[Comment]:
        for found in self._api.pages(f"{self._home}/issues/{request}/comments", _Comment):
            yield Comment(found.id, found.user.login if found.user else "", found.body or "")

    def add_comment(self, request: int, body: str) -> None:
        self._api.ask("POST", f"{self._home}/issues/{request}/comments", {"body": body})

    def change_comment(self, request: int, comment: int, body: str) -> None:
        self._api.ask("PATCH", f"{self._home}/issues/comments/{comment}", {"body": body})

    def upload_sarif(self, sarif: bytes, pipeline: Pipeline) -> None:
        packed = base64.b64encode(gzip.compress(sarif, mtime=0)).decode()
        body = {"commit_sha": pipeline.commit, "ref": pipeline.ref, "sarif": packed, "tool_name": "Careen"}
        self._api.ask("POST", f"{self._home}/code-scanning/sarifs", body)

    def head(self, branch: str) -> str | None:
        status, data = self._api.ask("GET", f"{self._home}/git/ref/heads/{quoted(branch, safe='/')}", allowed=(404,))
        return None if status == 404 else decoded(data, _Reference).object.sha

    def text(self, path: str, commit: str) -> bytes | None:
        place = f"{self._home}/contents/{quoted(path, safe='/')}?ref={quoted(commit)}"
        status, data = self._api.ask("GET", place, allowed=(404,))
        return None if status == 404 else base64.b64decode(decoded(data, _Content).content)

    def messages(self, base: str, commit: str) -> list[str]:
        """The messages of the commits that are in the branch and not in its base."""
        compared = self._api.get(f"{self._home}/compare/{quoted(base)}...{quoted(commit)}", _Compared)
        return [found.commit.message for found in compared.commits]

    def commit(self, branch: str, parent: str, path: str, text: bytes, message: str) -> None:
        entry = {"path": path, "mode": "100644", "type": "blob", "content": text.decode()}
        tree = self._made("git/trees", {"base_tree": parent, "tree": [entry]})
        made = self._made("git/commits", {"message": message, "tree": tree, "parents": [parent]})
        if self.head(branch) is None:
            self._made("git/refs", {"ref": f"refs/heads/{branch}", "sha": made})
        else:
            place = f"{self._home}/git/refs/heads/{quoted(branch, safe='/')}"
            self._api.ask("PATCH", place, {"sha": made, "force": True})

    def requests(self, branch: str, base: str) -> list[Request]:
        query = {"state": "all", "head": f"{self._owner}:{branch}", "base": base}
        return [
            Request(pull.number, pull.state == "open", pull.merged_at is not None, pull.body or "", pull.html_url)
            for pull in self._api.pages(f"{self._home}/pulls", _Pull, **query)
        ]

    def open_request(self, branch: str, base: str, title: str, body: str) -> str:
        wanted = {"title": title, "head": branch, "base": base, "body": body}
        return decoded(self._api.ask("POST", f"{self._home}/pulls", wanted)[1], _Made).html_url

    def change_request(self, number: int, title: str, body: str) -> None:
        self._api.ask("PATCH", f"{self._home}/pulls/{number}", {"title": title, "body": body})

    def _made(self, kind: str, body: object) -> str:
        return decoded(self._api.ask("POST", f"{self._home}/{kind}", body)[1], _Made).sha


class _Content(Struct, frozen=True):
    content: str

"""GitLab's REST API: notes of a merge request, and a branch with one commit.

The token of a job may do neither: an access token of the project with the scope ``api`` can.
**Source:** GitLab REST API v4: notes, merge_requests, repository/branches, repository/files, repository/compare,
repository/commits, user.
"""

from collections.abc import Iterator

from msgspec import Struct

from careen.net import NetSettings

from .forge import Api, Comment, Request, decoded, quoted
from .pipeline import Pipeline


class _User(Struct, frozen=True):
    username: str = ""


class _Note(Struct, frozen=True):
    id: int
    body: str
    author: _User
    system: bool = False


class _Commit(Struct, frozen=True):
    id: str = ""
    message: str = ""


class _Branch(Struct, frozen=True):
    commit: _Commit


class _Compared(Struct, frozen=True):
    commits: list[_Commit]


class _Merge(Struct, frozen=True):
    iid: int
    state: str = ""
    description: str | None = None
    web_url: str = ""


class GitLab:
    """The ``Forge`` of GitLab."""

    def __init__(self, pipeline: Pipeline, token: str, net: NetSettings | None = None) -> None:
        self._api = Api(pipeline.api, {"PRIVATE-TOKEN": token}, net)
        self._home = f"/projects/{quoted(pipeline.repository)}"

    def user(self) -> str:
        return self._api.get("/user", _User).username

    def comments(self, request: int) -> Iterator[Comment]:
        for note in self._api.pages(f"{self._home}/merge_requests/{request}/notes", _Note):
            if not note.system:
                yield Comment(note.id, note.author.username, note.body)

    def add_comment(self, request: int, body: str) -> None:
        self._api.ask("POST", f"{self._home}/merge_requests/{request}/notes", {"body": body})

    def change_comment(self, request: int, comment: int, body: str) -> None:
        self._api.ask("PUT", f"{self._home}/merge_requests/{request}/notes/{comment}", {"body": body})

    def head(self, branch: str) -> str | None:
        status, data = self._api.ask("GET", f"{self._home}/repository/branches/{quoted(branch)}", allowed=(404,))
        return None if status == 404 else decoded(data, _Branch).commit.id

    def text(self, path: str, commit: str) -> bytes | None:
        place = f"{self._home}/repository/files/{quoted(path)}/raw?ref={quoted(commit)}"
        status, data = self._api.ask("GET", place, allowed=(404,))
        return None if status == 404 else data

    def messages(self, base: str, commit: str) -> list[str]:
        compared = self._api.get(f"{self._home}/repository/compare?from={quoted(base)}&to={quoted(commit)}", _Compared)
        return [found.message for found in compared.commits]

    def commit(self, branch: str, parent: str, path: str, text: bytes, message: str) -> None:
        action = {"action": "update", "file_path": path, "content": text.decode()}
        body = {"branch": branch, "start_sha": parent, "force": True, "commit_message": message, "actions": [action]}
        self._api.ask("POST", f"{self._home}/repository/commits", body)

    def requests(self, branch: str, base: str) -> list[Request]:
        query = {"state": "all", "source_branch": branch, "target_branch": base}
        return [
            Request(merge.iid, merge.state == "opened", merge.state == "merged", merge.description or "", merge.web_url)
            for merge in self._api.pages(f"{self._home}/merge_requests", _Merge, **query)
        ]

    def open_request(self, branch: str, base: str, title: str, body: str) -> str:
        wanted = {"source_branch": branch, "target_branch": base, "title": title, "description": body}
        wanted |= {"remove_source_branch": "true"}
        return decoded(self._api.ask("POST", f"{self._home}/merge_requests", wanted)[1], _Merge).web_url

    def change_request(self, number: int, title: str, body: str) -> None:
        self._api.ask("PUT", f"{self._home}/merge_requests/{number}", {"title": title, "description": body})

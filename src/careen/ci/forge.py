"""A client of the service that hosts the repository, for its REST API: the functions that GitHub and GitLab share.

Shape: ``Api.ask`` sends one JSON request. Every part of a path is quoted, so that no name reaches another address.
Raises: CredentialsError if the token lacks the right, InputError if the service refuses, NetworkError if it cannot be
reached.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from careen.errors import CredentialsError, InputError, NetworkError, UsageError
from careen.net import NetSettings, make_fetcher
from careen.output.escape import visible
from careen.safety.typed import from_json

PAGE, PAGES = 100, 30
BODY_BYTES = 32 << 20
Value = TypeVar("Value")


class Comment(Struct, frozen=True):
    id: int
    author: str
    body: str


class Request(Struct, frozen=True):
    """A pull request or merge request. ``merged``: whether it was merged; False while it is open."""

    number: int
    open: bool
    merged: bool
    body: str
    url: str


class Forge(Protocol):
    """The functions of a service that comments and requests with fixes need."""

    def user(self) -> str: ...
    def comments(self, request: int) -> Iterator[Comment]: ...
    def add_comment(self, request: int, body: str) -> None: ...
    def change_comment(self, request: int, comment: int, body: str) -> None: ...
    def head(self, branch: str) -> str | None: ...
    def text(self, path: str, commit: str) -> bytes | None: ...
    def messages(self, base: str, commit: str) -> list[str]: ...
    def commit(self, branch: str, parent: str, path: str, text: bytes, message: str) -> None: ...
    def requests(self, branch: str, base: str) -> list[Request]: ...
    def open_request(self, branch: str, base: str, title: str, body: str) -> str: ...
    def change_request(self, number: int, title: str, body: str) -> None: ...


class Api:
    def __init__(self, address: str, headers: Mapping[str, str], net: NetSettings | None = None) -> None:
        if not address:
            raise UsageError("the address of the service is not known", "run this in a pipeline of GitHub or GitLab")
        self._address, self._headers = address, {"Accept": "application/json", **headers}
        self._fetcher = make_fetcher(net or NetSettings(attempts=3))

    def ask(self, method: str, path: str, body: Any = None, allowed: tuple[int, ...] = ()) -> tuple[int, bytes]:
        """(status, body) of a request. Statuses of 400 and more are errors, unless they are in ``allowed``."""
        headers = {**self._headers, **({"Content-Type": "application/json"} if body is not None else {})}
        data = None if body is None else msgspec.json.encode(body)
        response = self._fetcher.request(f"{self._address}{path}", method=method, headers=headers, body=data)
        try:
            found = response.read(BODY_BYTES)
        finally:
            response.close()
        status = response.status
        if status < 400 or status in allowed:
            return status, found
        message = f"{method} {visible(path.partition('?')[0], 200)} gives HTTP {status}{_reason(found)}"
        if status in (401, 403):
            raise CredentialsError(message, "docs/pipelines.md lists the rights that each step needs")
        raise NetworkError(message, "try again later") if status >= 500 else InputError(message, "check names and rights")

    def get(self, path: str, kind: type[Value]) -> Value:
        return decoded(self.ask("GET", path)[1], kind)

    def pages(self, path: str, kind: type[Value], **query: str) -> Iterator[Value]:
        """The items of a list, page by page."""
        for page in range(1, PAGES + 1):
            asked = urlencode({**query, "per_page": str(PAGE), "page": str(page)})
            items = self.get(f"{path}?{asked}", list[kind])  # type: ignore[valid-type]
            yield from items
            if len(items) < PAGE:
                return


def decoded(data: bytes, kind: type[Value]) -> Value:
    try:
        return from_json(data, kind)
    except (msgspec.DecodeError, ValueError) as error:
        raise InputError(f"the service answers with something else than documented: {error}", "check its address") from None


def quoted(text: str, safe: str = "") -> str:
    """A part of a path, quoted. Raises UsageError for a part of dots alone, which would lead elsewhere."""
    if not text or any(part in (".", "..") for part in text.split("/")):
        raise UsageError(f"{visible(text, 200)!r} is not a name", "check the variables of the pipeline")
    return quote(text, safe=safe)


class _Refusal(Struct, frozen=True):
    message: Any = ""


def _reason(data: bytes) -> str:
    try:
        message = from_json(data[:65536], _Refusal).message
    except (msgspec.DecodeError, ValueError):
        return ""
    return f": {visible(message, 200)}" if isinstance(message, str) and message else ""

"""A server of files on loopback that gives ranges, names versions, and fails as servers and proxies do."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.support.servers import Answer, Request, Server

MODIFIED, SENT = "Fri, 02 Jan 2026 03:04:05 GMT", "Sat, 03 Jan 2026 03:04:05 GMT"
Fault = Callable[[Answer], Answer]


@dataclass
class FileServer:
    """``files`` by path; ``faults`` are done to the answers to come, one each, None to leave one as it is."""

    files: dict[str, bytes] = field(default_factory=dict)
    etags: bool = True
    ranges: bool = True
    faults: list[Fault | None] = field(default_factory=list)
    at: dict[str, Fault] = field(default_factory=dict)  # by path, done to every answer
    version: int = 1  # part of each ETag

    def __post_init__(self) -> None:
        self.server = Server(self._answer)
        self.released = threading.Event()

    def __enter__(self) -> "FileServer":
        self.server.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        self.released.set()
        self.server.__exit__(*failure)

    def url(self, path: str) -> str:
        return f"{self.server.url}{path}"

    @property
    def asked(self) -> list[tuple[str, str]]:
        """(path, range) of each request."""
        return [(request.path, request.headers.get("range", "")) for request in self.server.requests]

    def _answer(self, request: Request) -> Answer:
        answer = self._sound(request)
        fault = self.at.get(request.path) or (self.faults.pop(0) if self.faults else None)
        return fault(answer) if fault else answer

    def _sound(self, request: Request) -> Answer:
        data = self.files.get(request.path)
        if data is None:
            return Answer(404)
        etag = f'"{self.version}-{len(data)}"'
        headers = {"Last-Modified": MODIFIED} | ({"ETag": etag} if self.etags else {})
        sent = request.headers
        same = sent.get("if-none-match") == etag if self.etags else sent.get("if-modified-since") == MODIFIED
        if same:
            return Answer(304, headers=headers)
        ranged = re.fullmatch(r"bytes=(\d+)-", sent.get("range", "")) if self.ranges else None
        if ranged and sent.get("if-range") in (None, etag if self.etags else MODIFIED):
            start = int(ranged[1])
            if start >= len(data):
                return Answer(416, headers={"Content-Range": f"bytes */{len(data)}"})
            return Answer(206, data[start:], headers | {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"})
        return Answer(200, data, headers)

    def stall(self, size: int) -> Fault:
        """Nothing comes after ``size`` bytes."""
        return lambda answer: replace(answer, body=answer.body[:size], length=len(answer.body), hold=self.released)


def reset(size: int) -> Fault:
    """The connection ends after ``size`` bytes of this answer."""
    return lambda answer: replace(answer, body=answer.body[:size], length=len(answer.body))


def status(code: int, **headers: str) -> Fault:
    return lambda answer: Answer(code, b"refused", {name.replace("_", "-"): value for name, value in headers.items()})


def portal(answer: Answer) -> Answer:
    """What a network that wants a login first answers."""
    return Answer(200, b"<!DOCTYPE html><html><body>Please accept our terms</body></html>", {"ETag": '"portal"'})


def without(*names: str) -> Fault:
    """A proxy that strips headers."""
    return lambda answer: replace(answer, headers={name: value for name, value in answer.headers.items() if name not in names})


def with_headers(**headers: str) -> Fault:
    """Headers that are not true."""
    return lambda answer: replace(
        answer, headers=answer.headers | {name.replace("_", "-"): value for name, value in headers.items()}
    )

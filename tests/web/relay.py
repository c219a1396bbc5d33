"""A forward proxy on loopback that terminates TLS: to a process with ``HTTPS_PROXY`` it is the web that a test serves.

All network code of the product runs as it does for users: names, TLS, redirects, ranges, keep-alive. A host that the
test's web does not have is refused, and recorded.
"""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

from tests.support.certificates import Certificate

CHUNK_BYTES = 64 << 10
Kind = Literal["", "status", "reset", "stall", "truncated", "html"]


@dataclass(frozen=True)
class Page:
    """The content of an address. ``text`` is sent compressed to clients that accept that."""

    body: bytes | Path
    version: str  # its ETag, changed with its content
    modified: str = ""  # Last-Modified
    text: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return self.body.stat().st_size if isinstance(self.body, Path) else len(self.body)

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(b"".join(self.pieces(0)), 1, mtime=0)

    def pieces(self, start: int) -> Iterator[bytes]:
        if isinstance(self.body, Path):
            with self.body.open("rb") as file:
                file.seek(start)
                yield from iter(lambda: file.read(CHUNK_BYTES), b"")
        else:
            for offset in range(start, len(self.body), CHUNK_BYTES):
                yield self.body[offset : offset + CHUNK_BYTES]


@dataclass(frozen=True)
class Fault:
    """``status``: an answer with that status. ``reset``, ``stall`` and ``truncated`` happen at ``share`` of the body.
    ``html``: a page of some gateway, with 200. ``tags``: as they are; another one in each answer; or neither tags nor ranges,
    as behind some proxies."""

    kind: Kind = ""
    status: int = 503
    share: float = 0.5
    tags: Literal["kept", "changed", "none"] = "kept"


@dataclass
class Seen:
    """A request and its answer."""

    host: str
    path: str
    status: int = 0
    sent_bytes: int = 0
    range: str = ""


@dataclass
class Line:
    """The bandwidth that all connections share; None is as fast as loopback."""

    mbit: float | None = None
    _free_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def carry(self, count: int) -> None:
        if self.mbit is None:
            return
        with self._lock:
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + count * 8 / (self.mbit * 1e6)
            wait = self._free_at - now
        if wait > 0.002:
            time.sleep(wait)


class Relay:
    """``find(host, path)`` returns a page, or None for 404; ``fault(host, path)`` its network error."""

    def __init__(
        self,
        hosts: frozenset[str],
        find: Callable[[str, str], Page | None],
        certificate: Certificate,
        fault: Callable[[str, str], Fault | None] = lambda host, path: None,
        mbit: float | None = None,
    ) -> None:
        self.seen: list[Seen] = []
        self.unknown: list[str] = []  # requested hosts that are not in this web
        self._line = Line(mbit)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.cert, certificate.key)
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 20
            disable_nagle_algorithm = True
            host = ""

            def do_CONNECT(self) -> None:
                name = self.path.rpartition(":")[0]
                if name not in hosts:
                    relay.unknown.append(name)
                    self.send_error(502)
                    return
                self.send_response(200)
                self.end_headers()
                try:
                    inner = context.wrap_socket(self.connection, server_side=True)
                except OSError:
                    self.close_connection = True
                    return
                self.connection, self.host = inner, name
                self.rfile, self.wfile = inner.makefile("rb", -1), inner.makefile("wb", 0)
                self.close_connection = False

            def finish(self) -> None:
                super().finish()
                self.connection.close()  # the one inside; who listens closes the one that it was wrapped around

            def do_GET(self) -> None:
                if not self.host:  # no client uses plain HTTP
                    self.send_error(502)
                    return
                seen = Seen(self.host, self.path, range=self.headers.get("Range", ""))
                relay.seen.append(seen)
                try:
                    self._answer(seen, find(self.host, self.path), fault(self.host, self.path))
                except OSError:  # the client has gone away, which is part of some tests
                    self.close_connection = True

            do_HEAD = do_GET

            def _answer(self, seen: Seen, page: Page | None, wrong: Fault | None) -> None:
                if wrong and wrong.kind == "status":
                    self._whole(seen, wrong.status, b"busy" if wrong.status != 403 else b"<html>Forbidden</html>")
                elif page is None:
                    self._whole(seen, 404, b"not found")
                elif wrong and wrong.kind == "html":
                    self._whole(seen, 200, b"<!DOCTYPE html><html><title>Sign in to the network</title></html>")
                elif self._is_known(page) and not (wrong and wrong.tags != "kept"):
                    self._head(seen, 304, {})
                else:
                    self._page(seen, page, wrong)

            def _is_known(self, page: Page) -> bool:
                tag, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
                return tag == f'"{page.version}"' if tag else bool(since) and since == page.modified

            def _page(self, seen: Seen, page: Page, wrong: Fault | None) -> None:
                headers = {"ETag": f'"{page.version}"', "Accept-Ranges": "bytes", **page.headers}
                if page.modified:
                    headers["Last-Modified"] = page.modified
                if wrong and wrong.tags == "none":
                    headers = dict(page.headers)
                if wrong and wrong.tags == "changed":
                    headers["ETag"] = f'"{len(relay.seen)}"'
                if page.text and "gzip" in self.headers.get("Accept-Encoding", ""):
                    page = Page(page.packed, page.version)
                    headers["Content-Encoding"] = "gzip"
                start = self._start(page, headers) if "Accept-Ranges" in headers else 0
                headers["Content-Length"] = str(page.size - start)
                if start:
                    headers["Content-Range"] = f"bytes {start}-{page.size - 1}/{page.size}"
                self._head(seen, 206 if start else 200, headers)
                if self.command == "GET":
                    self._send(seen, page, start, wrong)

            def _start(self, page: Page, headers: dict[str, str]) -> int:
                """The beginning of the requested range; 0 sends everything."""
                asked = self.headers.get("Range", "").removeprefix("bytes=").removesuffix("-")
                wanted = self.headers.get("If-Range", headers["ETag"])
                fits = wanted in (headers["ETag"], headers.get("Last-Modified"))
                return int(asked) if asked.isdecimal() and fits and int(asked) < page.size else 0

            def _send(self, seen: Seen, page: Page, start: int, wrong: Fault | None) -> None:
                breaks = wrong is not None and wrong.kind in ("reset", "stall", "truncated")
                stop = max(start, int(page.size * wrong.share)) if wrong and breaks else None
                place = start
                for piece in page.pieces(start):
                    if stop is not None and place + len(piece) > stop:
                        self.wfile.write(piece[: stop - place])
                        seen.sent_bytes += stop - place
                        self._break(wrong)
                        return
                    relay._line.carry(len(piece))
                    self.wfile.write(piece)
                    place += len(piece)
                    seen.sent_bytes += len(piece)

            def _break(self, wrong: Fault | None) -> None:
                self.close_connection = True
                if wrong and wrong.kind == "stall":
                    relay._stalled.wait(20)
                elif wrong and wrong.kind == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    self.connection.close()

            def _whole(self, seen: Seen, status: int, body: bytes) -> None:
                self._head(seen, status, {"Content-Length": str(len(body)), "Content-Type": "text/html"})
                if self.command == "GET":
                    self.wfile.write(body)
                    seen.sent_bytes += len(body)

            def _head(self, seen: Seen, status: int, headers: dict[str, str]) -> None:
                seen.status = status
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that goes away is part of the test

        self._stalled = threading.Event()
        self._server = Listener(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> "Relay":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stalled.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def release(self) -> None:
        """Ends stalled answers."""
        self._stalled.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

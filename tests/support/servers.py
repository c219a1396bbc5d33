"""Small HTTP servers on loopback, each in threads of the test's own process and gone when its block ends."""

import base64
import http.client
import select
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.certificates import Certificate


@dataclass(frozen=True)
class Request:
    method: str
    path: str  # with its query
    headers: Mapping[str, str]  # keys in lower case
    body: bytes = b""
    moment: float = 0.0  # when it came, in seconds of the monotonic clock


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None  # a false Content-Length
    drop: bool = False  # end the connection without an answer
    hold: threading.Event | None = None  # after the body: nothing more is sent until it is set


class Server:
    """Answers with ``respond(request)``; ``requests`` is what was asked."""

    def __init__(
        self,
        respond: Callable[[Request], Answer],
        tls: Certificate | None = None,
        client_authority: Certificate | None = None,
        unix: str | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self.scheme = "https" if tls else "http"
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10
            disable_nagle_algorithm = unix is None

            def answer(self) -> None:
                request = Request(
                    self.command,
                    self.path,
                    {name.lower(): ", ".join(self.headers.get_all(name) or ()) for name in self.headers},
                    self._body(),
                    time.monotonic(),
                )
                outer.requests.append(request)
                answer = respond(request)
                if answer.drop:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in answer.headers:
                    self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.body)
                if answer.hold is not None:
                    self.wfile.flush()
                    answer.hold.wait(60)
                if answer.length is not None:
                    self.close_connection = True

            def _body(self) -> bytes:
                if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
                    parts = []
                    while size := int(self.rfile.readline().split(b";")[0], 16):
                        parts.append(self.rfile.read(size))
                        self.rfile.readline()
                    self.rfile.readline()
                    return b"".join(parts)
                length = int(self.headers.get("Content-Length") or 0)
                return self.rfile.read(length) if length else b""

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = answer

            def log_message(self, *_: Any) -> None:
                pass

        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls.cert, tls.key)
            if client_authority:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(client_authority.cert)
        self._server = _unix_server(unix, Handler) if unix else _tcp_server(Handler, context)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for connection in list(self._server.open_connections):
            _shut(connection)

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}"

    def paths(self, method: str | None = None) -> list[str]:
        return [request.path for request in self.requests if method in (None, request.method)]


class Proxy:
    """A forward proxy: plain requests and CONNECT. ``routes`` maps the hosts it knows to ports on loopback."""

    def __init__(self, routes: Mapping[str, int], password: str | None = None) -> None:
        self.asked: list[str] = []  # "GET host", "CONNECT host"
        self.leaked: list[str] = []  # Proxy-Authorization that was passed to us although none was wanted
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def allowed(self) -> bool:
                given = self.headers.get("Proxy-Authorization", "")
                wanted = f"Basic {base64.b64encode((password or '').encode()).decode()}"
                if password is None or given == wanted:
                    return True
                self.send_response(407)
                self.send_header("Proxy-Authenticate", "Basic realm=proxy")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return False

            def do_CONNECT(self) -> None:
                name = self.path.rpartition(":")[0]
                outer.asked.append(f"CONNECT {name}")
                if not self.allowed():
                    return
                if name not in routes:
                    self.send_error(502)
                    return
                with socket.create_connection(("127.0.0.1", routes[name])) as upstream:
                    self.send_response(200)
                    self.end_headers()
                    _pump(self.connection, upstream)
                self.close_connection = True

            def forward(self) -> None:
                name, path = self.path.removeprefix("http://").split("/", 1)
                outer.asked.append(f"{self.command} {name}")
                if not self.allowed():
                    return
                port = routes.get(name.partition(":")[0])
                if port is None:
                    self.send_error(502)
                    return
                upstream = http.client.HTTPConnection("127.0.0.1", port)
                headers = {name: value for name, value in self.headers.items() if name != "Proxy-Authorization"}
                upstream.request(self.command, f"/{path}", headers=headers)
                response = upstream.getresponse()
                body = response.read()
                self.send_response(response.status)
                for name, value in response.getheaders():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                upstream.close()

            def _body(self) -> bytes:
                if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
                    parts = []
                    while size := int(self.rfile.readline().split(b";")[0], 16):
                        parts.append(self.rfile.read(size))
                        self.rfile.readline()
                    self.rfile.readline()
                    return b"".join(parts)
                length = int(self.headers.get("Content-Length") or 0)
                return self.rfile.read(length) if length else b""

            do_GET = do_HEAD = forward

            def log_message(self, *_: Any) -> None:
                pass

        self._server = _tcp_server(Handler, None)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for connection in list(self._server.open_connections):
            _shut(connection)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"


def free_port() -> int:
    """A port on loopback without a listener."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _tcp_server(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None) -> Any:
    class Listener(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

        def __init__(self) -> None:
            self.open_connections: set[socket.socket] = set()
            super().__init__(("127.0.0.1", 0), handler)

        def process_request_thread(self, request: Any, client_address: Any) -> None:
            if context:  # the handshake is the connection's own affair: a broken one must not stop the others
                try:
                    request = context.wrap_socket(request, server_side=True)
                except OSError:
                    self.shutdown_request(request)
                    return
            self.open_connections.add(request)
            try:
                super().process_request_thread(request, client_address)
            finally:
                self.open_connections.discard(request)

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a client that goes away is part of the test

    return Listener()


def _unix_server(path: str, handler: type[BaseHTTPRequestHandler]) -> Any:
    class Listener(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

        def __init__(self) -> None:
            self.open_connections: set[socket.socket] = set()
            super().__init__(path, handler)

        def get_request(self) -> Any:
            request, _ = super().get_request()
            self.open_connections.add(request)
            return request, ("unix", 0)

        def shutdown_request(self, request: Any) -> None:
            self.open_connections.discard(request)
            super().shutdown_request(request)

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    return Listener()


def _pump(one: socket.socket, other: socket.socket) -> None:
    while True:
        for ready in select.select([one, other], [], [], 10)[0] or [None]:
            data = ready.recv(65536) if ready else b""
            if not data:
                return
            (other if ready is one else one).sendall(data)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass

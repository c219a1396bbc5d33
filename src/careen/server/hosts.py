"""Checks the host of each request, and the site that sent it. Requests for other names than the server's are refused
first.

A browser under attack by DNS rebinding sends another name as Host. A page of another site that sends a change has its
own Origin. Every answer gets the headers that make browsers strict. What probes and Prometheus ask for by the address of
a container names nothing, and is answered for any host.
"""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from careen.log import logger

from .errors import Refused, problem
from .options import ServerOptions

log = logger(__name__)

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"),
)
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")
MAX_HEADER_BYTES = 32 * 1024
SAFE = ("GET", "HEAD", "OPTIONS")
PROBED = ("/health", "/ready", "/metrics")


class Hosts:
    def __init__(self, app: ASGIApp, options: ServerOptions) -> None:
        self._app, self._hosts = app, frozenset(name.lower() for name in options.hosts)
        self._headers = (*HEADERS, STRICT_TRANSPORT) if options.secure else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(entry for entry in self._headers if entry[0] not in given)]
            await send(message)

        refused = self._refused(scope)
        app = problem(refused) if refused else self._app
        await app(scope, receive, send_with_headers)

    def _refused(self, scope: Scope) -> Refused | None:
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            key = name.decode("latin-1").lower()
            if key == "host" and key in headers:
                return Refused(400, "the request has two Host headers", "host")
            headers[key] = value.decode("latin-1")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
            return Refused(431, "the headers are too long", "headers")
        is_probe = scope["method"] in SAFE and scope["path"] in PROBED
        if not is_probe and name_of(headers.get("host", "")) not in self._hosts:
            log.warning("a request for a foreign host was refused")
            return Refused(421, "this server does not serve that host", "host")
        if scope["method"] not in SAFE and not self._is_same_site(headers):
            log.warning("a change that another site sent was refused")
            return Refused(403, "another site sent this request", "origin")
        return None

    def _is_same_site(self, headers: dict[str, str]) -> bool:
        """Whether a page of this site, or a program, sent the request. Browsers send one of the two headers with each
        change; programs send neither.
        """
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = headers.get("origin")
        if origin is None:
            return True
        try:
            return urlsplit(origin).netloc.lower() == headers["host"].lower()
        except ValueError:
            return False


def name_of(host: str) -> str:
    """The host without its port, in lower case."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()

"""The address of a caller behind a proxy, by which wrong passwords are counted: the last one in ``X-Forwarded-For``.

The proxy in front of the server appends the address that it has seen. What stands before it may be invented by the
caller. Without this, all callers would share the address of the proxy, and one who guesses would lock out the others.
**Source:** MDN, "X-Forwarded-For: Selecting an IP address", "X-Forwarded-Proto".
"""

from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send


class Proxied:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            address, scheme = _last(scope, b"x-forwarded-for"), _last(scope, b"x-forwarded-proto")
            scope = {
                **scope,
                "client": (address, 0) if _is_address(address) else scope.get("client"),
                "scheme": scheme if scheme in ("http", "https") else scope["scheme"],
            }
        await self._app(scope, receive, send)


def _last(scope: Scope, name: bytes) -> str:
    values = [value for key, value in scope["headers"] if key == name]
    return values[-1].decode("latin-1").rpartition(",")[2].strip() if values else ""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

"""Access to an interface: a key with its scope. An interface is off until such a key exists."""

import time
from base64 import b64decode

from msgspec import Struct
from sqlalchemy import select
from starlette.requests import Request

from careen.fleet.fleet import Fleet
from careen.fleet.tables import api_key
from careen.server import auth

from .answers import Failure


class Caller(Struct, frozen=True):
    """A caller of an interface. Images that the caller enrols belong to the caller's project."""

    project_id: int
    name: str


def caller(fleet: Fleet, request: Request, scope: str) -> Caller:
    """The caller of a request. Raises Failure: 404 if the interface is off, 401 or 403 without a valid key for it."""
    try:
        found = auth.require(_with_bearer(request), scope)
    except auth.Refused as refused:
        if not is_on(fleet, scope):
            raise Failure(404, f"this interface is off: no key has the scope {scope}") from None
        raise Failure(refused.status, str(refused), refused.headers) from None
    if found.project_id is None:
        raise Failure(403, "use a key of a project, to which images will belong")
    return Caller(found.project_id, found.name)


def with_key(request: Request, key: str) -> Request:
    """The request with the key in a standard Authorization header."""
    others = [(name, value) for name, value in request.scope["headers"] if name != b"authorization"]
    header = (b"authorization", b"Bearer " + key.encode("latin-1", "replace"))
    return Request({**request.scope, "headers": [*others, header]})


def _with_bearer(request: Request) -> Request:
    """The request with its key in a standard Authorization header. These clients send it as the password of basic
    authentication, or in Harbor's own header.
    """
    if key := request.headers.get("x-scanneradapter-api-key"):
        return with_key(request, key)
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return request
    try:
        _, _, password = b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return request
    return with_key(request, password)


def refusal(status: int, message: str) -> Failure:
    return Failure(status, message or "no valid key", {"WWW-Authenticate": "Bearer"} if status == 401 else None)


def is_on(fleet: Fleet, scope: str) -> bool:
    """Whether any valid key has the scope."""
    now = time.time()
    valid = api_key.c.revoked_at.is_(None) & (api_key.c.expires_at.is_(None) | (api_key.c.expires_at > now))
    with fleet.engine.connect() as connection:
        rows = connection.execute(select(api_key.c.scopes).where(valid, api_key.c.scopes.contains(scope, autoescape=True)))
        return any(scope in row.scopes.split() for row in rows)

"""Authenticates and authorises requests, by a key or by a session.

A key is sent as ``Authorization: Bearer``, as the password of ``Basic``, or as ``X-Api-Key``. A session is a cookie;
requests that change something also need ``X-CSRF-Token``. Raises: Refused, with 401 if the caller is unknown, 403 if
they lack the right, 404 if they must not learn that the project exists.
"""

import base64
import hmac
import time
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, select, update
from starlette.requests import Request

from careen.fleet.connection import writing
from careen.fleet.fleet import Fleet
from careen.fleet.tables import api_key, member, project
from careen.log import logger

from . import sessions
from .errors import Refused, not_found
from .keys import Keys, is_use_due
from .limits import Rates
from .options import ServerOptions
from .principal import ROLES, SCOPES, Principal

__all__ = ["Principal", "Refused", "require", "token_of"]

log = logger(__name__)

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="careen"'}
SAFE = ("GET", "HEAD", "OPTIONS")


def require(request: Request, scope: str, project_id: int | None = None) -> Principal:
    """The authenticated caller, if they have the scope. ``scope`` is one of keys and roles, ``signed-in`` for any
    authenticated user or key, or ``service`` for administrators of the service. The project is ``project_id``, or
    without it the project of the key. Raises Refused.
    """
    fleet: Fleet = request.app.state.fleet
    keys: Keys = request.app.state.keys
    token = token_of(request)
    with fleet.engine.connect() as connection:
        principal = _by_key(connection, request, keys, token) if token else _by_session(connection, request)
        principal = _in_project(connection, principal, project_id)
    if principal.key_id is not None:
        _note_use(fleet, request, principal)
    may = principal.is_admin if scope == "service" else scope in principal.scopes
    if scope != "signed-in" and not may:
        log.warning("%s may not %s", principal.name, scope)
        raise Refused(403, f"this needs the scope {scope}", "scope")
    return principal


def require_known(request: Request) -> None:
    """Refuses the request of an unknown caller before its body is read, because a form, which contains the token against
    forged requests, may be large. Raises Refused.
    """
    token = token_of(request)
    with request.app.state.fleet.engine.connect() as connection:
        if token:
            _by_key(connection, request, request.app.state.keys, token)
        else:
            _session(connection, request)


def token_of(request: Request) -> str:
    """The key in a request. "" if there is none; "?" if it is empty or malformed, so that a session does not replace
    it.
    """
    given, key = request.headers.get("authorization"), request.headers.get("x-api-key")
    if given is None:
        return "" if key is None else key or "?"
    kind, _, value = given.partition(" ")
    value = value.strip()
    if kind.lower() == "bearer":
        return value or "?"
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode("ascii").partition(":")[2] or "?"
        except ValueError:
            return "?"
    return "?"


def _by_key(connection: Connection, request: Request, keys: Keys, token: str) -> Principal:
    rates: Rates = request.app.state.rates
    address = request.client.host if request.client else ""
    rates.refuse_guessing(address)
    row = keys.find(connection, token)
    if row is None:
        rates.note_failure(address)
        log.warning("a request from %s had a key that is unknown, revoked or expired", address)
        raise Refused(401, "the key is unknown, revoked or expired", "key", CHALLENGE)
    request.state.key_row = row
    return Principal(row.project_id, f"key:{row.name}", "", frozenset(row.scopes.split()) & SCOPES, key_id=row.id)


def _by_session(connection: Connection, request: Request) -> Principal:
    row = _session(connection, request)
    if request.method not in SAFE and not hmac.compare_digest(_csrf_of(request).encode(), str(row.csrf).encode()):
        log.warning("user:%s sent a change without the token of the session", row.name)
        raise Refused(403, "X-CSRF-Token is missing or wrong", "csrf")
    return Principal(
        None,
        f"user:{row.name}",
        "",
        frozenset(),
        bool(row.is_admin),
        user_id=row.user_id,
        session=row.token_hash,
        csrf=row.csrf,
    )


def _session(connection: Connection, request: Request) -> Any:
    options: ServerOptions = request.app.state.options
    row = sessions.find(connection, request.cookies.get(sessions.cookie_name(options.secure), ""))
    if row is None:
        raise Refused(401, "log in, or send a key", "anonymous", CHALLENGE)
    return row


def _csrf_of(request: Request) -> str:
    """The token against forged requests, from the header or from the form, whose fields were read earlier
    (``pages/routing``).
    """
    return str(request.headers.get("x-csrf-token") or getattr(request.state, "csrf", ""))


def _in_project(connection: Connection, principal: Principal, project_id: int | None) -> Principal:
    if project_id is None:
        return principal
    if principal.key_id is not None:
        is_there = connection.execute(select(project.c.id).where(project.c.id == project_id)).first() is not None
        if not is_there or principal.project_id not in (None, project_id):
            raise not_found()
        return replace(principal, project_id=project_id)
    role = connection.execute(
        select(member.c.role)
        .select_from(project.outerjoin(member, (member.c.project_id == project.c.id) & (member.c.user_id == principal.user_id)))
        .where(project.c.id == project_id)
    ).first()
    if role is None or (role[0] is None and not principal.is_admin):
        raise not_found()
    named = "admin" if principal.is_admin else str(role[0])
    return replace(principal, project_id=project_id, role=named, scopes=ROLES.get(named, frozenset()))


def _note_use(fleet: Fleet, request: Request, principal: Principal) -> None:
    now = time.time()
    if is_use_due(request.state.key_row, now):
        with writing(fleet.engine) as connection:
            connection.execute(update(api_key).where(api_key.c.id == principal.key_id).values(used_at=now))

"""API keys of projects and of the service: made, listed without their secrets, and revoked."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import ColumnElement, Row, select, update

from careen.fleet.projects import Name
from careen.fleet.tables import api_key
from careen.server import keys
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import Refused, not_found

DAY_S = 86_400
Scope = Literal["read", "triage", "scan", "upload", "agent", "admin", "harbor", "clair", "admission", "webhook"]


class NewKey(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=10)]
    days: Annotated[int, Meta(ge=1, le=3650)] | None = 365


def list_keys(call: Call) -> Answer:
    return _page(call, api_key.c.project_id == call.project)


def list_service_keys(call: Call) -> Answer:
    return _page(call, api_key.c.project_id.is_(None))


def create_key(call: Call, body: NewKey) -> Answer:
    return _made(call, body, call.project)


def create_service_key(call: Call, body: NewKey) -> Answer:
    return _made(call, body, None)


def revoke_key(call: Call) -> Answer:
    return _revoke(call, api_key.c.project_id == call.project)


def revoke_service_key(call: Call) -> Answer:
    return _revoke(call, api_key.c.project_id.is_(None))


def _page(call: Call, those: ColumnElement[bool]) -> Answer:
    with call.reading() as connection:
        return Answer(page(call, connection, select(api_key).where(those), [(api_key.c.id, True)], _shown))


def _made(call: Call, body: NewKey, project: int | None) -> Answer:
    """Makes a key, and answers with its token. Raises Refused if the caller is a key without all of the new scopes. A key
    that a key makes does not live longer than that one.
    """
    scopes = frozenset[str](body.scopes)
    if call.principal.key_id is not None and not scopes <= call.principal.scopes:
        raise Refused(403, "a key cannot make a key with more scopes than its own", "scope")
    expires = None if body.days is None else call.now + body.days * DAY_S
    if call.principal.key_id is not None and (own := call.request.state.key_row.expires_at) is not None:
        expires = own if expires is None else min(own, expires)
    with call.changing(body.name, " ".join(sorted(scopes))) as connection:
        number, token = keys.insert(connection, project, body.name, scopes, call.by, expires)
        row = connection.execute(select(api_key).where(api_key.c.id == number)).one()
    return Answer({"key": _shown(row), "token": token})


def _revoke(call: Call, those: ColumnElement[bool]) -> Answer:
    number = call.path["key"]
    with call.changing(number) as connection:
        wanted = update(api_key).where(api_key.c.id == number, those, api_key.c.revoked_at.is_(None))
        if connection.execute(wanted.values(revoked_at=call.now)).rowcount == 0:
            raise not_found()
    return Answer()


def _shown(row: Row[Any]) -> dict[str, Any]:
    shown = {name: row._mapping[name] for name in ("id", "name", "prefix", "created_by", "created_at", "expires_at")}
    return shown | {"scopes": row.scopes.split(), "revoked_at": row.revoked_at, "used_at": row.used_at}


OPERATIONS = (list_keys, list_service_keys, create_key, create_service_key, revoke_key, revoke_service_key)

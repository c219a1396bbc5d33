"""Authentication: sessions, the set-up, logins by identity providers; and the audit log."""

import time
from typing import Annotated, Any

from msgspec import Meta, Struct
from sqlalchemy import Row, select, update
from starlette.requests import Request

from careen.fleet.projects import Name
from careen.fleet.tables import audit, user
from careen.log import logger
from careen.server import document, sessions
from careen.server.audit import record
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import Refused
from careen.server.oidc import COOKIE, LIFE_S, Person
from careen.server.passwords import hashed, verified
from careen.server.setup import make_first_user

from .users import shown

log = logger(__name__)


class LogIn(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    password: Annotated[str, Meta(min_length=1, max_length=1000)]


class SetUp(Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(max_length=200)]
    name: Name
    password: Annotated[str, Meta(min_length=12, max_length=1000)]


class NewPassword(Struct, frozen=True, forbid_unknown_fields=True):
    present: Annotated[str, Meta(min_length=1, max_length=1000)]
    password: Annotated[str, Meta(min_length=12, max_length=1000)]


def read_openapi(_: Call) -> Answer:
    return Answer(document.as_json())


def read_me(call: Call) -> Answer:
    who = call.principal
    return Answer(
        {
            "name": who.name.partition(":")[2],
            "kind": "key" if who.key_id else "user",
            "is_admin": who.is_admin,
            "project": who.project_id,
            "scopes": sorted(who.scopes),
            "csrf": who.csrf or None,
        }
    )


def change_password(call: Call, body: NewPassword) -> Answer:
    """Changes the caller's own password, and ends their other sessions. The present one is asked for, so that an
    unattended browser does not lose its user the account.
    """
    who = call.principal
    address = _address(call.request)
    call.request.app.state.rates.refuse_guessing(address)
    with call.reading() as connection:
        known = connection.execute(select(user.c.password_hash).where(user.c.id == who.user_id)).scalar()
    if not known:
        raise Refused(409, "a key, or an account of an identity provider, has no password here", "no_password")
    if not verified(known, body.present):
        call.request.app.state.rates.note_failure(address)
        raise Refused(403, "the present password is wrong", "login")
    new = hashed(body.password)
    with call.changing(who.name.partition(":")[2]) as connection:
        connection.execute(update(user).where(user.c.id == who.user_id).values(password_hash=new))
        sessions.end_all(connection, who.user_id, but=who.session)
    return Answer()


def log_in(call: Call, body: LogIn) -> Answer:
    address = _address(call.request)
    call.request.app.state.rates.refuse_guessing(address)
    with call.reading() as connection:
        row = connection.execute(select(user).where(user.c.name == body.name)).first()
    is_right = verified(row.password_hash if row else "", body.password)
    if row is None or not is_right or row.disabled_at is not None:
        call.request.app.state.rates.note_failure(address)
        log.warning("a login from %s was refused", address)
        raise Refused(401, "the name or the password is wrong", "login", {"WWW-Authenticate": 'Bearer realm="careen"'})
    return _logged_in(call, row.id, row.name)


def log_out(call: Call) -> Answer:
    if call.principal.session:
        with call.changing() as connection:
            sessions.end(connection, call.principal.session)
    return Answer(cookies=((_cookie(call), "", 0),))


def set_up(call: Call, body: SetUp) -> Answer:
    address = _address(call.request)
    call.request.app.state.rates.refuse_guessing(address)
    call.request.app.state.rates.note_failure(address)
    with call.changing(body.name, by=f"user:{body.name}") as connection:
        number = make_first_user(connection, body.token, body.name, body.password)
        row = connection.execute(select(user).where(user.c.id == number)).one()
    return Answer(shown(row))


def begin_oidc(call: Call) -> Answer:
    url, cookie = call.request.app.state.logins.begin(call.query["issuer"])
    return Answer(headers={"Location": url}, cookies=((COOKIE, cookie, LIFE_S),))


def end_oidc(call: Call) -> Answer:
    person: Person = call.request.app.state.logins.end(call.request.cookies.get(COOKIE, ""), call.query)
    row = _user_of(call, person)
    if row is None or row.disabled_at is not None:
        log.warning("a person without an account was refused")
        raise Refused(403, "you have no account here", "account", hint="ask an administrator to add you")
    answer = _logged_in(call, row.id, row.name)
    return Answer(status=302, headers={"Location": "/"}, cookies=(*answer.cookies, (COOKIE, "", 0)))


def list_audit(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(page(call, connection, select(audit), [(audit.c.id, True)], _entry))


def list_project_audit(call: Call) -> Answer:
    wanted = select(audit).where(audit.c.project_id == call.project)
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(audit.c.id, True)], _entry))


def _logged_in(call: Call, user_id: int, name: str) -> Answer:
    cookie = _cookie(call)
    with call.changing(by=f"user:{name}") as connection:
        begun = sessions.begin(connection, user_id, call.request.cookies.get(cookie, ""))
    body = {"name": name, "csrf": begun.csrf, "expires_at": begun.expires_at}
    return Answer(body, cookies=((cookie, begun.token, sessions.LIFE_S),))


def _user_of(call: Call, person: Person) -> "Row[Any] | None":
    wanted = select(user).where(user.c.subject == person.subject)
    with call.changing(by="identity provider") as connection:
        row = connection.execute(wanted).first()
        if row is None and person.may_be_created:
            taken = connection.execute(select(user.c.id).where(user.c.name == person.name)).first() is not None
            name = person.subject[:200] if taken else person.name
            connection.execute(user.insert().values(name=name, subject=person.subject, is_admin=False, created_at=time.time()))
            record(connection, "identity provider", None, "create_user", name)
            row = connection.execute(wanted).first()
        return row


def _cookie(call: Call) -> str:
    return sessions.cookie_name(call.request.app.state.options.secure)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _entry(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at,
        "actor": row.actor,
        "project": row.project_id,
        "action": row.action,
        "subject": row.subject,
        "detail": row.detail,
    }


OPERATIONS = (
    read_openapi, read_me, change_password, log_in, log_out, set_up, begin_oidc, end_oidc, list_audit, list_project_audit,
)  # fmt: skip

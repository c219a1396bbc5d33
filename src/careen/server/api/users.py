"""Users of the service."""

from typing import Annotated, Any

from msgspec import Meta, Struct
from sqlalchemy import Row, func, select, update

from careen.fleet.projects import Name
from careen.fleet.tables import user
from careen.server import sessions
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import Refused, not_found
from careen.server.passwords import hashed

Password = Annotated[str, Meta(min_length=12, max_length=1000)]


class NewUser(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    password: Password | None = None
    oidc_subject: Annotated[str, Meta(max_length=500, pattern=r"^[ -~]*\Z")] = ""
    is_admin: bool = False


class UserChange(Struct, frozen=True, forbid_unknown_fields=True):
    password: Password | None = None
    is_admin: bool | None = None
    disabled: bool | None = None


def list_users(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(page(call, connection, select(user), [(user.c.name, False)], shown))


def create_user(call: Call, body: NewUser) -> Answer:
    kept = hashed(body.password) if body.password else ""
    row = {"name": body.name, "password_hash": kept, "subject": body.oidc_subject, "is_admin": body.is_admin}
    with call.changing(body.name, "administrator" if body.is_admin else "") as connection:
        created = connection.execute(user.insert().values(**row, created_at=call.now)).inserted_primary_key
        assert created is not None
        made = connection.execute(select(user).where(user.c.id == created[0])).one()
    return Answer(shown(made))


def change_user(call: Call, body: UserChange) -> Answer:
    """Changes a user. A new password, or disabling the user, ends their sessions. The last administrator cannot be
    removed.
    """
    number = call.path["user"]
    values: dict[str, Any] = {}
    if body.password is not None:
        values["password_hash"] = hashed(body.password)
    if body.is_admin is not None:
        values["is_admin"] = body.is_admin
    if body.disabled is not None:
        values["disabled_at"] = call.now if body.disabled else None
    with call.changing(number, ", ".join(values)) as connection:
        administrators = select(user.c.id).where(user.c.is_admin).order_by(user.c.id)
        connection.execute(administrators.with_for_update())  # so that two of them cannot each remove the other
        if connection.execute(select(user.c.id).where(user.c.id == number)).first() is None:
            raise not_found()
        if values:
            connection.execute(update(user).where(user.c.id == number).values(**values))
        active = select(func.count()).select_from(user).where(user.c.is_admin, user.c.disabled_at.is_(None))
        if not connection.execute(active).scalar():
            raise Refused(409, "the service needs an administrator", "last_admin")
        if body.password is not None or body.disabled:
            sessions.end_all(connection, number)
        row = connection.execute(select(user).where(user.c.id == number)).one()
    return Answer(shown(row))


def shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "is_admin": bool(row.is_admin),
        "disabled": row.disabled_at is not None,
        "oidc": bool(row.subject),
        "created_at": row.created_at,
    }


OPERATIONS = (list_users, create_user, change_user)

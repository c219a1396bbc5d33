"""The first administrator: created with a one-time token that the first start prints. There is no default password."""

import hashlib
import hmac
import secrets
import time

from sqlalchemy import Connection, delete, select

from careen.fleet.connection import writing
from careen.fleet.fleet import Fleet
from careen.fleet.tables import state, user

from .errors import Refused
from .passwords import hashed

KEY = "set-up token"


def setup_link(fleet: Fleet, public: str) -> str | None:
    """The link for the first start to print; None if there is a user already. Earlier links become invalid."""
    token = secrets.token_urlsafe(24)
    with writing(fleet.engine) as connection:
        if has_users(connection):
            return None
        connection.execute(delete(state).where(state.c.key == KEY))
        connection.execute(state.insert().values(key=KEY, value=_digest(token)))
    return f"{public.rstrip('/')}/setup#{token}"  # after "#", so that it does not appear in a proxy's log


def has_users(connection: Connection) -> bool:
    return connection.execute(select(user.c.id).limit(1)).first() is not None


def make_first_user(connection: Connection, token: str, name: str, password: str) -> int:
    """Creates the first user and returns its id. Raises Refused if the token is wrong or was used."""
    kept = connection.execute(select(state.c.value).where(state.c.key == KEY)).scalar()
    if kept is None or has_users(connection) or not hmac.compare_digest(bytes(kept), _digest(token)):
        raise Refused(403, "the set-up token is wrong, or was used", "setup", hint="careen serve prints a new one at its start")
    connection.execute(delete(state).where(state.c.key == KEY))
    row = {"name": name, "password_hash": hashed(password), "is_admin": True, "created_at": time.time()}
    created = connection.execute(user.insert().values(**row)).inserted_primary_key
    assert created is not None
    return int(created[0])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()

"""Sessions of people in browsers: a random cookie, of which only the hash is kept, and a token against forged requests.

A login always makes a new session and ends the one that the browser had, so that nobody can plant theirs.
"""

import hashlib
import secrets
import time
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, delete, select

from careen.fleet.tables import session, user

LIFE_S = 12 * 3600
MAX_SESSIONS = 20  # of a user; the oldest end


class Begun(Struct, frozen=True):
    token: str
    csrf: str
    expires_at: float


def cookie_name(secure: bool) -> str:
    """The name of the session's cookie. With ``__Host-`` no other host below the same domain can set it."""
    return "__Host-careen_session" if secure else "careen_session"


def begin(connection: Connection, user_id: int, earlier: str = "") -> Begun:
    """``earlier``: the cookie that the browser sent with the login."""
    now = time.time()
    begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(24), now + LIFE_S)
    connection.execute(delete(session).where(session.c.expires_at <= now))
    if earlier:
        end(connection, token_hash(earlier))
    kept = select(session.c.token_hash).where(session.c.user_id == user_id).order_by(session.c.created_at.desc())
    old = connection.execute(kept.offset(MAX_SESSIONS - 1)).scalars().all()
    if old:
        connection.execute(delete(session).where(session.c.token_hash.in_(old)))
    row = {"token_hash": token_hash(begun.token), "user_id": user_id, "csrf": begun.csrf, "created_at": now}
    connection.execute(session.insert().values(**row, expires_at=begun.expires_at))
    return begun


def find(connection: Connection, token: str) -> Any:
    """The session with its user: ``csrf``, ``user_id``, ``name``, ``is_admin``; None if there is none that counts."""
    if not token or len(token) > 200:
        return None
    wanted = select(session.c.csrf, session.c.token_hash, user.c.id.label("user_id"), user.c.name, user.c.is_admin)
    wanted = wanted.join(user, user.c.id == session.c.user_id)
    counts = (session.c.token_hash == token_hash(token), session.c.expires_at > time.time(), user.c.disabled_at.is_(None))
    return connection.execute(wanted.where(*counts)).first()


def end(connection: Connection, hash: str) -> None:
    connection.execute(delete(session).where(session.c.token_hash == hash))


def end_all(connection: Connection, user_id: int) -> None:
    """After a new password, or when a user is disabled."""
    connection.execute(delete(session).where(session.c.user_id == user_id))


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()

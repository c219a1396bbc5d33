"""Sessions of browsers: a random cookie, of which only the hash is stored, and a token against forged requests.

A login always makes a new session and ends the browser's earlier one, so that no attacker can plant their own.
"""

import hashlib
import secrets
import time
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, delete, select

from careen.fleet.tables import session, user

LIFE_S = 12 * 3600
MAX_SESSIONS = 20  # of a user; further ones end the oldest


class Begun(Struct, frozen=True):
    token: str
    csrf: str
    expires_at: float


def cookie_name(secure: bool) -> str:
    """The name of the session's cookie. With ``__Host-`` no other host below the same domain can set it."""
    return "__Host-careen_session" if secure else "careen_session"


def begin(connection: Connection, user_id: int, earlier: str = "") -> Begun:
    """Begins a session of the user. ``earlier`` is the cookie that the browser sent with the login; its session ends."""
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
    """The valid session of a cookie, with its user: ``csrf``, ``user_id``, ``name``, ``is_admin``. None if there is
    none.
    """
    if not token or len(token) > 200:
        return None
    wanted = select(session.c.csrf, session.c.token_hash, user.c.id.label("user_id"), user.c.name, user.c.is_admin)
    wanted = wanted.join(user, user.c.id == session.c.user_id)
    counts = (session.c.token_hash == token_hash(token), session.c.expires_at > time.time(), user.c.disabled_at.is_(None))
    return connection.execute(wanted.where(*counts)).first()


def end(connection: Connection, hash: str) -> None:
    connection.execute(delete(session).where(session.c.token_hash == hash))


def end_all(connection: Connection, user_id: int | None, but: str = "") -> None:
    """Ends all sessions of a user, after a new password or when the user is disabled. ``but``: the hash of one that stays."""
    connection.execute(delete(session).where(session.c.user_id == user_id, session.c.token_hash != but))


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()

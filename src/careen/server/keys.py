"""API keys: ``careen_<prefix>_<secret>``. The prefix identifies the row; only an Argon2 hash of the secret is stored.

A verified key is cached for a while by a keyed digest of its text, so that most requests need no Argon2. Its row is
read for each request, so that revocation and expiry apply at once.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from typing import Any

from sqlalchemy import Connection, Row, select

from careen.fleet.tables import api_key

from .passwords import hashed, verified

START = "careen_"
REMEMBERED = 10_000
REMEMBERED_S = 600.0
USED_EVERY_S = 60.0  # precision of the time of the last use


class MadeKey:
    __slots__ = ("hash", "prefix", "token")

    def __init__(self) -> None:
        """A new key. Its token is shown once and not stored."""
        self.prefix = secrets.token_hex(6)
        secret = secrets.token_urlsafe(32)
        self.token, self.hash = f"{START}{self.prefix}_{secret}", hashed(secret)


def insert(
    connection: Connection,
    project_id: int | None,
    name: str,
    scopes: frozenset[str],
    by: str,
    expires_at: float | None = None,
) -> tuple[int, str]:
    """Stores a new key. Returns its id and its token."""
    made = MadeKey()
    row: dict[str, Any] = {"project_id": project_id, "name": name, "prefix": made.prefix, "key_hash": made.hash}
    row |= {"created_by": by[:200], "scopes": " ".join(sorted(scopes)), "created_at": time.time(), "expires_at": expires_at}
    created = connection.execute(api_key.insert().values(**row)).inserted_primary_key
    assert created is not None
    return int(created[0]), made.token


class Keys:
    """Verifies tokens; threads may share it."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)  # of this process: cached digests are useless elsewhere
        self._known: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, connection: Connection, token: str) -> "Row[Any] | None":
        """The row of the API key that the token belongs to; None if there is none, or it has expired or was revoked."""
        prefix, _, secret = token.removeprefix(START).partition("_")
        if not token.startswith(START) or not secret or len(token) > 200 or not token.isascii():
            return None
        row = connection.execute(select(api_key).where(api_key.c.prefix == prefix)).first()
        now = time.time()
        if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
            return None
        return row if self._is_right(row.key_hash, token, secret, now) else None

    def _is_right(self, key_hash: str, token: str, secret: str, now: float) -> bool:
        mark = hmac.new(self._secret, f"{key_hash}\n{token}".encode(), hashlib.sha256).digest()
        with self._lock:
            if self._known.get(mark, 0.0) > now:
                self._known.move_to_end(mark)
                return True
        if not verified(key_hash, secret):
            return False
        with self._lock:
            self._known[mark] = now + REMEMBERED_S
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return True


def is_use_due(row: "Row[Any]", now: float) -> bool:
    return row.used_at is None or row.used_at < now - USED_EVERY_S

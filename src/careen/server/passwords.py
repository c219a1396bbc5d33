"""Argon2 hashes of passwords and of keys' secrets, a few at a time: each takes 20 to 60 ms and 64 MiB.

**Source:** RFC 9106, second recommended option.
"""

import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_AT_ONCE = threading.BoundedSemaphore(2)


def hashed(secret: str) -> str:
    with _AT_ONCE:
        return _hasher().hash(secret)


def verified(kept: str, secret: str) -> bool:
    """Whether the secret has the hash ``kept``. With an empty hash it takes as long, so that the time does not reveal
    which names exist.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    with _AT_ONCE:
        try:
            return _hasher().verify(kept or _nothing(), secret) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


@cache
def _nothing() -> str:
    return _hasher().hash("")

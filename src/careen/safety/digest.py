"""Digests as ``algorithm:hex``. Only those that can be verified count as digests.

**Source:** OCI image-spec 1.1, descriptor.md, "Digests".
"""

import hashlib
from typing import TYPE_CHECKING

from .pattern import pattern

if TYPE_CHECKING:
    from hashlib import _Hash

_DIGEST = pattern(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


def is_digest(text: str) -> bool:
    """Whether a text is a digest that can be verified. Only then may it be used in a file name or a key."""
    return _DIGEST.fullmatch(text) is not None


def hasher(digest: str) -> "_Hash":
    """A hash object of the digest's algorithm. Raises ValueError for anything else."""
    if not is_digest(digest):
        raise ValueError(f"{digest[:100]!r} is not a digest that can be verified")
    return hashlib.new(digest.partition(":")[0])


def text_of(hashed: "_Hash") -> str:
    return f"{hashed.name}:{hashed.hexdigest()}"


def has_digest(data: bytes, digest: str) -> bool:
    """Whether the bytes have this digest."""
    try:
        hashed = hasher(digest)
    except ValueError:
        return False
    hashed.update(data)
    return text_of(hashed) == digest

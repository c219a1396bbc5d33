"""Digests of the findings of a unit, which show which of them differ without their content."""

import hashlib
from collections.abc import Iterable

SIZE = 16
Finding = tuple[str, str, bytes]  # vulnerability, purl, encoded finding


def digest_of(finding: Finding) -> bytes:
    id, package, data = finding
    return hashlib.blake2b(b"\0".join((id.encode(), package.encode(), data)), digest_size=SIZE).digest()


def joined(digests: Iterable[bytes]) -> bytes:
    """The digests in the form in which they are stored: the same whatever their order is."""
    return b"".join(sorted(digests))


def parted(digests: bytes) -> frozenset[bytes]:
    return frozenset(digests[start : start + SIZE] for start in range(0, len(digests), SIZE))

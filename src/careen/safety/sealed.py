"""Stored bytes with a checksum over them and their key, so that damaged, edited or moved bytes are refused.

It protects against damage, not against attackers, who can write a valid checksum as well.
"""

import hashlib

SUM_BYTES = 16


def sealed(key: str, data: bytes) -> bytes:
    return _sum(key, data) + data


def unsealed(key: str, kept: bytes) -> bytes:
    """The bytes that were sealed with this key. Raises ValueError for anything else."""
    data = kept[SUM_BYTES:]
    if len(kept) < SUM_BYTES or kept[:SUM_BYTES] != _sum(key, data):
        raise ValueError("its checksum is wrong")
    return data


def _sum(key: str, data: bytes) -> bytes:
    name = key.encode()
    hashed = hashlib.sha256(b"%d %b" % (len(name), name))
    hashed.update(data)
    return hashed.digest()[:SUM_BYTES]

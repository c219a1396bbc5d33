"""Writes the header of a tar member, preceded by PAX records for values that the header cannot hold.

**Source:** POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "PAX Format, Version 0.1".
"""

from collections.abc import Sequence

_TYPES = {"f": b"0", "h": b"1", "l": b"2", "c": b"3", "b": b"4", "d": b"5", "p": b"6"}
_OCTAL_7, _OCTAL_11 = 0o7777777, 0o77777777777


def header(
    path: bytes,
    kind: str,
    mode: int,
    uid: int,
    gid: int,
    size: int = 0,
    *,
    link: bytes = b"",
    capabilities: bool = False,
    sparse: tuple[int, Sequence[tuple[int, int]]] | None = None,
) -> bytes:
    """The header of a member that is followed by ``size`` bytes of content; ``kind`` as in ``tar_entry.Member``.

    ``sparse``: the real size of a sparse file, and (offset, length) of its stored parts.
    """
    records: dict[bytes, bytes] = {}
    if len(path) > 99:
        records[b"path"] = path
    if len(link) > 99:
        records[b"linkpath"] = link
    for key, value, most in ((b"uid", uid, _OCTAL_7), (b"gid", gid, _OCTAL_7), (b"size", size, _OCTAL_11)):
        if value > most:
            records[key] = b"%d" % value
    if capabilities:
        records[b"SCHILY.xattr.security.capability"] = b""
    if sparse is not None:
        real, extents = sparse
        records[b"GNU.sparse.size"] = b"%d" % real
        records[b"GNU.sparse.numblocks"] = b"%d" % (len(extents) or 1)
        records[b"GNU.sparse.map"] = b",".join(b"%d,%d" % extent for extent in extents) or b"0,0"
    block = _block(path[:99], _TYPES[kind], mode, min(uid, _OCTAL_7), min(gid, _OCTAL_7), min(size, _OCTAL_11), link[:99])
    if not records:
        return block
    body = b"".join(_record(key, value) for key, value in records.items())
    return _block(b"pax", b"x", 0o644, 0, 0, len(body), b"") + body + bytes(-len(body) % 512) + block


def _block(path: bytes, kind: bytes, mode: int, uid: int, gid: int, size: int, link: bytes) -> bytes:
    raw = bytearray(512)
    raw[0 : len(path)] = path
    raw[100:156] = b"%07o\0%07o\0%07o\0%011o\0%011o\0        " % (mode, uid, gid, size, 0)
    raw[156:157] = kind
    raw[157 : 157 + len(link)] = link
    raw[257:265] = b"ustar\x0000"
    raw[148:156] = b"%06o\0 " % sum(raw)
    return bytes(raw)


def _record(key: bytes, value: bytes) -> bytes:
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length = len(b"%d" % length) + len(rest)
    return b"%d" % length + rest

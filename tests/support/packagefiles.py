"""Writes the files that packages travel in, byte by byte, as far as their readers look."""

import struct

from tests.support.images import compress, make_layer


def rpm(header: bytes, signatures: bytes | None = None) -> bytes:
    """``header`` and ``signatures`` as ``rpmdb.header`` makes them; a payload of zeros follows."""
    magic = b"\x8e\xad\xe8\x01" + bytes(4)
    signed = signatures if signatures is not None else struct.pack(">IIIIiI", 1, 4, 1000, 4, 0, 1) + bytes(4)
    lead = b"\xed\xab\xee\xdb\3\0".ljust(96, b"\0")
    return lead + magic + signed + bytes(-len(signed) % 8) + magic + header + bytes(4096)


def signature_header(tag: int, packet: bytes) -> bytes:
    return struct.pack(">IIIIiI", 1, len(packet), tag, 7, 0, len(packet)) + packet


def signature(key: str, version: int = 4) -> bytes:
    """An OpenPGP signature that names its key, and nothing else."""
    if version == 3:
        body = b"\3\5\0" + bytes(4) + bytes.fromhex(key) + bytes(8)
        return bytes([0x88, len(body)]) + body
    unhashed = b"\x09\x10" + bytes.fromhex(key)
    hashed = b"\x05\x02" + bytes(4)
    body = b"\4\0\1\x08" + struct.pack(">H", len(hashed)) + hashed + struct.pack(">H", len(unhashed)) + unhashed + bytes(8)
    return bytes([0xC2, len(body)]) + body


def deb(control: str, compression: str | None = "gzip", first: bytes = b"", **files: str) -> bytes:
    """``files`` are others of the control archive: ``conffiles``, ``postinst`` …"""
    inside = {"./control": control.encode()} | {f"./{name}": text.encode() for name, text in files.items()}
    ending = {"gzip": ".gz", "zstd": ".zst", None: ""}[compression]
    body = compress(make_layer(inside), compression)
    return (
        b"!<arch>\n"
        + member("debian-binary", b"2.0\n")
        + first
        + member(f"control.tar{ending}", body)
        + member("data.tar.xz", bytes(4096))
    )


def member(name: str, body: bytes) -> bytes:
    head = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(body):<10}`\n"
    return head.encode() + body + (b"\n" if len(body) % 2 else b"")

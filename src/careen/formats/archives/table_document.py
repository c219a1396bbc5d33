"""The table of contents of a layer, as JSON: found by what the manifest states, and verified against it.

eStargz states the table's position in a footer at the end of the layer; zstd:chunked states it in the manifest. The manifest
states the table's digest for both: without one, the table cannot be verified. ``table_files`` parses the document.
Raises: ValueError for a table that is missing, or has another digest.
Source: stargz-snapshotter, docs/estargz.md ("The structure", "Footer"); containers/storage,
docs/containers-storage-zstd-chunked.md.
"""

import io
from collections.abc import Callable, Mapping

from careen.safety.budget import Limits
from careen.safety.digest import has_digest

from . import tar
from .inflate import open_stream

Read = Callable[[int, int], bytes]  # the stored bytes from the first position up to the second

DOCUMENT_BYTES = 64 << 20  # about 200,000 files
STARGZ_DIGEST = "containerd.io/snapshot/stargz/toc.digest"
CHUNKED = ("io.github.containers.zstd-chunked.manifest-", "io.containers.zstd-chunked.manifest-")
_NAME = "stargz.index.json"
_FOOTER_BYTES = 51
_FOOTER_START, _FOOTER_END = bytes.fromhex("1f8b08040000000000ff1a0053471600"), b"STARGZ"  # 16 digits are between them
_HEADER_BYTES = 64 << 10  # of the tar around the JSON


def has_table(annotations: Mapping[str, str]) -> bool:
    """Whether a manifest states a table for the layer."""
    return STARGZ_DIGEST in annotations or any(f"{prefix}checksum" in annotations for prefix in CHUNKED)


def document_of(annotations: Mapping[str, str], size_bytes: int, read: Read) -> tuple[bytes, int]:
    """The table of contents of a layer, and the position at which it begins; all files lie before it.

    ``annotations`` are the manifest's for the layer, ``size_bytes`` its stored size, ``read`` returns a range of its
    stored bytes.
    """
    if digest := annotations.get(STARGZ_DIGEST, ""):
        return _stargz(digest, size_bytes, read)
    for prefix in CHUNKED:
        position, digest = annotations.get(f"{prefix}position", ""), annotations.get(f"{prefix}checksum", "")
        if position and digest:
            return _chunked(position, digest, size_bytes, read)
    raise ValueError("the manifest states no table of contents")


def _stargz(digest: str, size_bytes: int, read: Read) -> tuple[bytes, int]:
    end = size_bytes - _FOOTER_BYTES
    footer = read(end, size_bytes) if end > 0 else b""
    digits = footer[len(_FOOTER_START) : 32]
    if footer[: len(_FOOTER_START)] != _FOOTER_START or footer[32:38] != _FOOTER_END or not digits.isalnum():
        raise ValueError("the layer does not end with the footer of eStargz")
    begin = int(digits, 16)
    stored = _stored(begin, end, size_bytes, read)
    stream = open_stream(io.BytesIO(stored), Limits(inflated_bytes=DOCUMENT_BYTES + _HEADER_BYTES))
    member = next(tar.members(stream), None)
    if member is None or member.path != _NAME or member.kind != "f" or member.size_bytes > DOCUMENT_BYTES:
        raise ValueError("no table lies at the position that the footer states")
    document = b"".join(tar.content(stream, member))
    if not has_digest(document, digest):
        raise ValueError("the table has another digest than the manifest states")
    return document, begin


def _chunked(position: str, digest: str, size_bytes: int, read: Read) -> tuple[bytes, int]:
    numbers = position.split(":")
    if len(numbers) != 4 or not all(number.isascii() and number.isdigit() and len(number) < 19 for number in numbers):
        raise ValueError(f"{position[:100]!r} is not the position of a table")
    begin, stored_bytes, made_bytes, kind = map(int, numbers)
    if kind != 1 or made_bytes > DOCUMENT_BYTES:
        raise ValueError(f"a table of type {kind} with {made_bytes} bytes is not supported, or too large")
    stored = _stored(begin, begin + stored_bytes, size_bytes, read)
    if not has_digest(stored, digest):
        raise ValueError("the table has another digest than the manifest states")
    document = open_stream(io.BytesIO(stored), Limits(inflated_bytes=DOCUMENT_BYTES)).read(made_bytes)
    if len(document) != made_bytes:
        raise ValueError("the table has another size than the manifest states")
    return document, begin


def _stored(begin: int, end: int, size_bytes: int, read: Read) -> bytes:
    if not 0 <= begin < end <= size_bytes or end - begin > DOCUMENT_BYTES:
        raise ValueError(f"no table lies from {begin} to {end} in a layer of {size_bytes} bytes")
    return read(begin, end)

"""A knowledge base as one stream: its manifest, with the length before it in four bytes, and its files by name.

Raises: ValueError if a stream is not a base, is damaged, or has more than its manifest states.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from careen.safety.typed import from_json

from .knowledge import FORMAT, MANIFEST, MAX_BYTES, NAMES, SHA256, Manifest, Member, open_base, remove_others, stored_name

MAX_MANIFEST_BYTES = 1 << 20
CHUNK_BYTES = 1 << 20


def packed(folder: Path) -> Iterator[bytes]:
    """Yields the bytes of a knowledge base as one file. Raises what ``open_base`` raises if the base is damaged."""
    open_base(folder)
    content = (folder / MANIFEST).read_bytes()
    manifest = from_json(content, Manifest)
    yield len(content).to_bytes(4, "big") + content
    for name in NAMES:
        with (folder / stored_name(name, manifest.files[name])).open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk


def unpack(chunks: Iterable[bytes], folder: Path) -> str:
    """Writes the base into a folder, where it replaces an earlier one as a whole. Returns the digest of its manifest."""
    stream = _Stream(chunks)
    size = int.from_bytes(stream.read(4), "big")
    if not 0 < size <= MAX_MANIFEST_BYTES:
        raise ValueError("not a knowledge base")
    content = stream.read(size)
    try:
        manifest = from_json(content, Manifest)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a knowledge base: {error}") from None
    if manifest.format != FORMAT:
        raise ValueError(f"a knowledge base of format {manifest.format}; this version reads {FORMAT}")
    members = manifest.files.values()
    if set(manifest.files) != set(NAMES) or not all(SHA256.fullmatch(member.sha256) for member in members):
        raise ValueError("its manifest does not name its files")
    if min(member.size for member in members) < 0 or sum(member.size for member in members) > MAX_BYTES:
        raise ValueError("its manifest states an impossible size")
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".careen-", dir=folder) as name:
        aside = Path(name)
        for member in NAMES:
            _write(stream, manifest.files[member], aside / stored_name(member, manifest.files[member]))
        if not stream.is_at_end():
            raise ValueError("it is longer than its manifest states")
        (aside / MANIFEST).write_bytes(content)
        open_base(aside)
        for path in (*(path for path in aside.iterdir() if path.name != MANIFEST), aside / MANIFEST):
            path.replace(folder / path.name)
    remove_others(folder, manifest)
    return hashlib.sha256(content).hexdigest()


def _write(stream: "_Stream", member: Member, path: Path) -> None:
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for piece in stream.pieces(member.size):
            digest.update(piece)
            file.write(piece)
    if digest.hexdigest() != member.sha256:
        raise ValueError("its content is not what its manifest states")


class _Stream:
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._data = b""

    def read(self, size: int) -> bytes:
        return b"".join(self.pieces(size))

    def pieces(self, size: int) -> Iterator[bytes]:
        while size:
            if self.is_at_end():
                raise ValueError("it is cut short")
            piece, self._data = self._data[:size], self._data[size:]
            size -= len(piece)
            yield piece

    def is_at_end(self) -> bool:
        while not self._data:
            chunk = next(self._chunks, None)
            if chunk is None:
                return True
            self._data = chunk
        return False

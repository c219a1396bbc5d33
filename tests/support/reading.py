"""Runs one cataloger over files in memory, as the walk would: matching, reading, the way through a store, the join.

``read_all`` gives the packages and lets a reader's ValueError through; ``read_files`` gives everything and turns a
ValueError into an Unknown. Matching is written plainly here, on its own, so that it can stand beside the walk's.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from careen.layers.dispatch import SYSTEM_FOLDERS
from careen.model.delta import Fact
from careen.model.inventory import Unknown
from careen.model.package import Evidence, Package
from careen.plugins import HEAD_BYTES, Cataloger, Owned, Reader, Wants

WHOLE_BYTES = 8 * 1024 * 1024
_ANY = re.escape("*")
CHUNK_SIZES = (7, 1, 4093, 64, 65536, 13)  # odd on purpose: what a scanner seeks lies across the seams


class MemoryFile:
    """A ``plugins.File`` over bytes."""

    def __init__(self, path: str, data: bytes, mode: int = 0o644, amount: Literal["head", "stream", "whole"] = "whole") -> None:
        self.path = path
        self.size_bytes = len(data)
        self.mode = mode
        self.amount = amount
        self._content = data

    @property
    def data(self) -> bytes:
        if self.amount != "whole":
            return self._content[:HEAD_BYTES]
        if self.size_bytes > WHOLE_BYTES:
            raise ValueError(f"{self.path}: over {WHOLE_BYTES} bytes; use open")
        return self._content

    def open(self) -> BinaryIO:
        assert self.amount == "whole", "open is for readers that ask for whole files"
        return io.BytesIO(self._content)

    def content(self) -> bytes:
        return self._content


class Reading(NamedTuple):
    packages: list[Package]
    unknowns: list[Unknown]
    facts: list[Fact]
    owned: list[Owned]
    identified: list[str]


def read_all(cataloger: Cataloger, files: Mapping[str, bytes | MemoryFile]) -> list[Package]:
    """The packages that a cataloger finds in these files (path to content, or MemoryFile for a mode of its own)."""
    unknowns, facts = _facts(cataloger, files, strict=True)
    assert not unknowns
    return [value for value in _join(cataloger, facts) if isinstance(value, Package)]


def read_files(cataloger: Cataloger, files: Mapping[str, bytes | MemoryFile]) -> Reading:
    """All facts that a cataloger reads from these files."""
    unknowns, facts = _facts(cataloger, files, strict=False)
    joined = list(_join(cataloger, facts))
    owned = [
        Owned(owner.name, owner.version, owner.arch, tuple(owner.paths), owner.digests)
        for owner in (cataloger.owns(facts) if cataloger.owns else ())
    ]
    return Reading(
        [value for value in joined if isinstance(value, Package)],
        unknowns + [value for value in joined if isinstance(value, Unknown)],
        facts,
        owned,
        list(cataloger.identifies(facts)) if cataloger.identifies else [],
    )


def matches(wants: Wants, file: MemoryFile) -> bool:
    folder, _, name = file.path.rpartition("/")
    wanted = (
        any(_in_root(path, file.path) for path in wants.paths)
        or name in wants.names
        or (
            any(file.path.endswith(suffix) for suffix in wants.suffixes)
            and (wants.select is None or wants.select(file.path, file.mode))
        )
        or any(
            ("/" + folder).endswith("/" + wanted.partition("/*")[0]) and name.endswith(wanted.partition("/*")[2])
            for wanted in wants.folders
        )
        or any(f"/{below}/" in f"/{file.path}" for below in wants.below)
        or (wants.select is not None and not wants.suffixes and wants.select(file.path, file.mode))
        or wants.anywhere
        or (wants.executables and (file.mode & 0o111 != 0 or name.endswith((".so", ".node")) or ".so." in name))
        or (wants.unpackaged and file.path.startswith(SYSTEM_FOLDERS) and (file.mode & 0o111 != 0 or ".so" in name))
    )
    return wanted and (not wants.magic or any(file.content().startswith(magic) for magic in wants.magic))


def root_of(wants: Wants, path: str) -> str:
    """The outermost root file system in which one of the wanted paths, or a wanted folder, is at its place."""
    folder = path.rpartition("/")[0]
    found = [_in_root(wanted, path) for wanted in wants.paths]
    found += [_in_root(wanted.partition("/*")[0], folder) for wanted in wants.folders]
    return min((match[1] or "" for match in found if match), key=len, default="")


def _in_root(wanted: str, path: str) -> re.Match[str] | None:
    return re.fullmatch(rf"(?s:(.*)/)?{re.escape(wanted).replace(_ANY, '[^/]+')}", path)


def read(reader: Reader, file: MemoryFile, sizes: Sequence[int] = CHUNK_SIZES) -> list[Any]:
    """The facts of one reader about one file; a stream goes by in chunks of the given sizes, over and over."""
    shown = MemoryFile(file.path, file.content(), file.mode, reader.wants.amount)
    found = reader.read(shown)
    if reader.wants.amount == "stream":
        if found is None:
            return []
        for chunk in _chunks(file.content(), sizes):
            found.feed(chunk)
        found = found.facts()
    return list(found or ())


def _facts(cataloger: Cataloger, files: Mapping[str, bytes | MemoryFile], strict: bool) -> tuple[list[Unknown], list[Fact]]:
    unknowns, facts = [], []
    for path in sorted(files):
        content = files[path]
        file = content if isinstance(content, MemoryFile) else MemoryFile(path, content)
        for reader in cataloger.readers:
            if not matches(reader.wants, file):
                continue
            try:
                root = root_of(reader.wants, path)
                facts += [Fact(path, 0, _stored(cataloger, value), root) for value in read(reader, file)]
            except ValueError as error:
                if strict:
                    raise
                unknowns.append(Unknown(cataloger.name, Evidence(path, 0), str(error)))
    return unknowns, facts


def _join(cataloger: Cataloger, facts: Sequence[Fact]) -> Iterable[Package | Unknown]:
    if cataloger.join:
        return cataloger.join(facts)
    if cataloger.role != "packages":
        return []
    return [replace(fact.value, cataloger=cataloger.name, evidence=(Evidence(fact.path, 0),)) for fact in facts]


def _stored(cataloger: Cataloger, value: Any) -> Any:
    """Facts are kept between scans: what does not come back as it went in is an error of the cataloger."""
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=cataloger.fact)
    assert again == value, f"{cataloger.name}: this fact does not survive a store: {value!r}"
    return again


def _chunks(content: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    position = turn = 0
    while position < len(content):
        yield content[position : position + sizes[turn % len(sizes)]]
        position += sizes[turn % len(sizes)]
        turn += 1

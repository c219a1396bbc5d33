"""The head of a database file: its feeds, and where the sections of each begin (see ``buckets``)."""

from collections.abc import Sequence
from hashlib import blake2b
from operator import attrgetter
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from careen import __version__
from careen.model.advisory import PassedOver

Kind = Literal["advisory", "bundle", "malicious", "record", "alias", "epss", "exploited", "repository", "support", "listed"]


class FeedRow(Struct, frozen=True, array_like=True, gc=False):
    """One fetched file in the database."""

    path: str
    source: str
    part: str = ""
    url: str = ""
    as_of: str = ""
    fetched: str = ""
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    records: int = 0
    detail: str = ""
    reader: str = __version__  # the version that read the file; another version may find more in it
    confirmed: str = ""  # the day up to which the origin stated that this is the newest edition
    derived: bool = False  # made by a mirror, not by its source
    large: bool = False  # only ``careen db update --full`` fetches it
    layer: str = ""  # digest of its layer in a published database; "" if it was read from its source
    unread: tuple[PassedOver, ...] = ()  # records that could not be read: their earlier editions are kept


def label_of(row: FeedRow) -> str:
    """The name of a source, or of a part of it, as users see and write it."""
    return f"{row.source}/{row.part}" if row.part else row.source


def age_key(row: FeedRow) -> tuple[str, str]:
    """Orders editions of a feed: by the day of the data, then the day up to which they were confirmed."""
    return row.as_of[:10], row.confirmed[:10]


def without_password(row: FeedRow) -> FeedRow:
    """The row, without the user and password in the address of a mirror, which earlier versions stored."""
    if "@" not in row.url:
        return row
    from careen.net.addresses import without_credentials

    return msgspec.structs.replace(row, url=without_credentials(row.url))


class Section(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """A section of a feed. ``space`` is the namespace; "" for kinds without namespaces. The last fields are for
    advisories.
    """

    kind: Kind
    space: str
    first: int  # row of the directory, or of the only bucket
    buckets: int
    low: str  # its first key
    high: str  # its last key
    records: int
    keys: int
    partial: bool = False
    unfixed: bool = False
    detail: str = ""

    @property
    def start(self) -> int:
        """The row of the first bucket."""
        return self.first + (self.buckets > 1)

    @property
    def end(self) -> int:
        """The row after the last bucket."""
        return self.start + self.buckets

    @property
    def blobs(self) -> int:
        """The number of its rows: the buckets, and the directory."""
        return self.end - self.first


class Held(Struct, frozen=True):
    """A packed feed. ``words`` are the texts to which its values refer by number."""

    row: FeedRow
    words: tuple[str, ...]
    sections: tuple[Section, ...]

    def tag(self, section: Section) -> bytes:
        return tag_of(self.row.path, section.kind, section.space)

    def section(self, kind: Kind, space: str = "") -> Section | None:
        return next((section for section in self.sections if section.kind == kind and section.space == space), None)


class Head(Struct, frozen=True, array_like=True):
    built: str
    rows: tuple[FeedRow, ...]  # in order of precedence
    words: tuple[Raw, ...]  # of each feed; a look-up needs only a few
    packed: dict[str, Raw]  # by kind and namespace: the numbers of feeds and their sections; a look-up needs only a few

    def words_of(self, number: int) -> tuple[str, ...]:
        return _WORDS.decode(self.words[number])

    def sections(self, kind: str, space: str) -> list[tuple[int, Section]]:
        packed = self.packed.get(f"{kind} {space}")
        return [] if packed is None else _SECTIONS.decode(packed)

    def held(self) -> tuple[Held, ...]:
        """All feeds with all their sections, in the order of the file."""
        found: list[list[Section]] = [[] for _ in self.rows]
        for packed in self.packed.values():
            for number, section in _SECTIONS.decode(packed):
                found[number].append(section)
        return tuple(
            Held(row, self.words_of(number), tuple(sorted(sections, key=attrgetter("first"))))
            for number, (row, sections) in enumerate(zip(self.rows, found, strict=True))
        )


def head_of(built: str, feeds: Sequence[Held]) -> Head:
    sections: dict[str, list[tuple[int, Section]]] = {}
    for number, held in enumerate(feeds):
        for section in held.sections:
            sections.setdefault(f"{section.kind} {section.space}", []).append((number, section))
    packed = {name: Raw(_ENCODER.encode(found)) for name, found in sections.items()}
    return Head(built, tuple(held.row for held in feeds), tuple(Raw(_ENCODER.encode(held.words)) for held in feeds), packed)


def tag_of(path: str, kind: str, space: str) -> bytes:
    """Binds blobs to their section: a digest of the feed, the kind and the namespace."""
    return blake2b(f"{path}\0{kind}\0{space}".encode(), digest_size=16).digest()


_ENCODER = msgspec.msgpack.Encoder()
_WORDS = msgspec.msgpack.Decoder(tuple[str, ...])
_SECTIONS = msgspec.msgpack.Decoder(list[tuple[int, Section]])

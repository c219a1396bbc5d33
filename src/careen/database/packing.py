"""What feeds say, sorted into sections and packed into the buckets of a new file.

Records are streamed: what is held in memory is a batch of rows. A feed with more of them is sorted in a file aside
(``….staging``), which is gone with the connection.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

from careen.model.advisory import (
    Advisory,
    Epss,
    Exploited,
    LimitedSupport,
    Listed,
    Malicious,
    NamespaceInfo,
    Repository,
    Support,
    VulnerabilityRecord,
)
from careen.plugins import Record

from .buckets import UNFILTERED, FeedRow, Kind, Packer, Section, Shelf, tag_of
from .earlier import Statement
from .knowledge import answers_for_aliases, key_name
from .rows import (
    BUNDLE_FROM,
    bundle_key,
    limited_key,
    pack,
    pack_advisory,
    pack_epss,
    pack_limited,
    pack_record,
    statements,
    status_of,
)

if TYPE_CHECKING:
    import sqlite3

BATCH_ROWS = 20_000
MAX_SCORES = 1_000_000  # held in memory, where they are sorted three times as fast as aside
_KINDS: tuple[Kind, ...] = (
    "advisory", "bundle", "malicious", "record", "alias", "epss", "exploited", "repository", "support", "listed",
)  # fmt: skip
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
# Of these a key has a list of statements; of the others it has one value, and the first counts.
_LISTS = frozenset({"advisory", "malicious", "alias"})
_UNFIXED = frozenset({"open", "wont_fix", "deferred", "end_of_life"})

# Kind, namespace (a word, or -1), key, id, its number among the statements of the id, packed value.
Row = tuple[int, int, str, str, int, bytes]


class Writer:
    def __init__(self, connection: "sqlite3.Connection", words: Iterable[str]) -> None:
        self._connection = connection
        self.words = list(words)
        self._ids = {text: number for number, text in enumerate(self.words)}
        self._next = 1
        self._batch: list[Row] = []
        self._staged = False
        self._said: dict[str, NamespaceInfo] = {}
        self._bundles = 0
        self._scores: dict[str, bytes] = {}  # of EPSS, packed, by id

    @property
    def rows(self) -> int:
        return self._next - 1

    def word(self, text: str) -> int:
        number = self._ids.get(text)
        if number is None:
            number = self._ids[text] = len(self.words)
            self.words.append(text)
        return number

    def copy(self, shelf: Shelf, row: FeedRow, sections: Sequence[Section]) -> tuple[Section, ...]:
        """Takes the sections of a feed over from another file with the same words. Raises ValueError where one is damaged."""
        taken = []
        for section in sections:
            first = self._next
            self._write(shelf.rows(section, self._tag(row.path, section.kind, section.space)))
            taken.append(msgspec.structs.replace(section, first=first))
        return tuple(taken)

    def read(self, path: str, records: Iterable[Record], earlier: Iterable[Statement] = ()) -> tuple[tuple[Section, ...], int]:
        """The sections of a feed, and how many records of use it has.

        ``earlier`` is asked after the records: of these statements those are taken that the records do not make anew.
        """
        self._begin()
        count = self._take(chain(records, self._unsaid(earlier)))
        return self._packed(path), count

    def amend(
        self,
        shelf: Shelf,
        path: str,
        before: Sequence[Section],
        ids: frozenset[str],
        records: Iterable[Record],
        earlier: Iterable[Statement] = (),
    ) -> tuple[tuple[Section, ...], int]:
        """The sections of a feed as they were, with these records in the place of those with their ids."""
        self._begin()
        for section in before:
            space = self._text(section.space)
            if section.kind == "advisory":
                self._said[space] = NamespaceInfo(space, "", 0, 0, section.partial, False, section.detail)
            if section.kind == "bundle":
                self._bundles = section.keys
            for key, value in shelf.walk(section, tag_of(path, section.kind, space)):
                self._keep(section, key, value, ids)
        self._take(chain(records, self._unsaid(earlier)))
        sections = self._packed(path)
        held = sum(section.records for section in sections if section.kind in ("advisory", "malicious"))
        return sections, held or sum(section.records for section in sections if section.kind == "record")

    def undo(self, rows: int) -> None:
        """Drops what was written since there were so many rows."""
        self._connection.execute("DELETE FROM bucket WHERE id > ?", (rows,))
        self._next = rows + 1

    def _begin(self) -> None:
        self._batch.clear()
        self._said = {}
        self._bundles = 0
        self._scores = {}
        if self._staged:
            self._connection.execute("DELETE FROM stage.row")
            self._staged = False

    def _keep(self, section: Section, key: str, value: bytes, ids: frozenset[str]) -> None:
        kind, space = _NUMBERS[section.kind], section.space
        if section.kind in _LISTS:
            part, last = 0, ""
            for id, body in statements(value):
                part, last = (part + 1 if id == last else 0), id
                if id not in ids:
                    self._add((kind, space, key, id, part, bytes(body)))
        elif section.kind == "epss":
            self._score(key, value)
        elif section.kind != "record" or key not in ids:
            self._add((kind, space, key, "", 0, value))

    def _take(self, records: Iterable[Record]) -> int:
        said = known = part = 0
        last: tuple[int, str, str] = (-1, "", "")
        last_aliases: tuple[str, ...] = ()
        word = self.word
        for record in records:
            said += 1
            if type(record) is Epss:  # the most by far
                self._score(record.id, pack_epss(record))
                continue
            match record:
                case Advisory():
                    name = key_name(record.namespace, record.package)
                    key = (word(record.namespace), name, record.id)
                    part = part + 1 if key == last else 0
                    last = key
                    bundle = 0
                    if len(record.aliases) >= BUNDLE_FROM:
                        if record.aliases != last_aliases:
                            self._bundles += 1
                            last_aliases = record.aliases
                            self._add((_BUNDLE, -1, bundle_key(self._bundles), "", 0, pack(last_aliases)))
                        bundle = self._bundles
                    self._add((_ADVISORY, *key, part, pack_advisory(record, name, word, bundle)))
                case VulnerabilityRecord():
                    said -= 1
                    known += 1
                    self._add((_RECORD, -1, record.id, "", 0, pack_record(record, word)))
                    for alias in answers_for_aliases(record):
                        self._add((_ALIAS, -1, alias, record.id, 0, _NOTHING))
                case Malicious():
                    name = key_name(record.namespace, record.package)
                    self._add((_MALICIOUS, word(record.namespace), name, record.id, 0, pack(record.versions)))
                case Exploited():
                    self._add((_EXPLOITED, -1, record.id, "", 0, pack((record.added, record.ransomware))))
                case Repository():
                    self._add((_REPOSITORY, -1, record.name, "", 0, pack(record.namespaces)))
                case LimitedSupport():
                    key_ = limited_key(record.namespace, record.package)
                    self._add((_SUPPORT, -1, key_, "", 0, pack(pack_limited(record))))
                case Support():
                    self._add((_SUPPORT, -1, record.namespace, "", 0, pack(record.end_of_life)))
                case Listed():
                    said -= 1
                    self._add((_LISTED, word(record.namespace), record.package, "", 0, pack(record.versions)))
                case NamespaceInfo():
                    said -= 1
                    self._said[record.namespace] = record
        return said or known

    def _unsaid(self, earlier: Iterable[Statement]) -> Iterator[Record]:
        is_staged = False
        for one in earlier:
            if not is_staged:
                self._stage()
                is_staged = True
            if one.key in self._scores and one.kind == "epss":
                continue
            key = (_NUMBERS[one.kind], one.space, one.key, one.id)
            sql = "SELECT 1 FROM stage.row WHERE kind = ? AND space = ? AND key = ? AND id = ?"
            if self._connection.execute(sql, key).fetchone() is None:
                yield from one.records

    def _add(self, row: Row) -> None:
        self._batch.append(row)
        if len(self._batch) >= BATCH_ROWS:
            self._stage()

    def _score(self, id: str, packed: bytes) -> None:
        if len(self._scores) < MAX_SCORES:
            self._scores.setdefault(id, packed)
        elif id not in self._scores:
            self._add((_EPSS, -1, id, "", 0, packed))

    def _stage(self) -> None:
        self._batch.sort(key=_key)  # neighbours go to the same page
        self._connection.executemany("INSERT OR IGNORE INTO stage.row VALUES (?, ?, ?, ?, ?, ?)", self._batch)
        self._batch.clear()
        self._staged = True

    def _sorted(self) -> Iterator[Row]:
        """In order of their keys; of several with the same the first."""
        if not self._staged:
            self._batch.sort(key=_key)
            last: tuple[object, ...] = ()
            for row in self._batch:
                if row[:5] != last:
                    yield row
                last = row[:5]
            return
        self._stage()
        yield from self._connection.execute("SELECT * FROM stage.row ORDER BY kind, space, key, id, part")

    def _packed(self, path: str) -> tuple[Section, ...]:
        sections = []
        if len(self._scores) >= MAX_SCORES:  # the others are aside already
            for id, packed in self._scores.items():
                self._add((_EPSS, -1, id, "", 0, packed))
        elif self._scores:
            sections.append(self._scores_section(path))
        for (number, space), rows in groupby(self._sorted(), _section):
            sections.append(self._section(path, _KINDS[number], space, rows))
        return tuple(sections)

    def _scores_section(self, path: str) -> Section:
        packer = Packer(self._tag(path, "epss", -1), "epss" not in UNFILTERED)
        for id in sorted(self._scores):
            packer.add(id, self._scores[id])
        bodies, buckets, low = packer.rows()
        first, count = self._next, len(self._scores)
        self._write(bodies)
        return Section("epss", -1, first, buckets, low, packer.last, count, count)

    def _section(self, path: str, kind: Kind, space: int, rows: Iterable[Row]) -> Section:
        packer = Packer(self._tag(path, kind, space), kind not in UNFILTERED)
        is_list, is_advisory = kind in _LISTS, kind == "advisory"
        info = self._said.get(self.words[space]) if is_advisory else None
        unfixed = info is not None and info.unfixed
        records = keys = 0
        for key, group in groupby(rows, _name):
            keys += 1
            if not is_list:
                packer.add(key, next(group)[5])
                records += 1
                continue
            found = [(row[3], row[5]) for row in group]
            if is_advisory and not unfixed:
                unfixed = any(status_of(body) in _UNFIXED for _, body in found)
            records += len(found)
            packer.add(key, pack([(id, Raw(body)) for id, body in found]))
        bodies, buckets, low = packer.rows()
        first = self._next
        self._write(bodies)
        partial, detail = (info.partial, info.detail) if info else (False, "")
        return Section(kind, space, first, buckets, low, packer.last, records, keys, partial, unfixed, detail)

    def _write(self, bodies: Iterable[bytes]) -> None:
        def rows() -> Iterator[tuple[int, bytes]]:
            for body in bodies:
                yield self._next, body
                self._next += 1

        self._connection.executemany("INSERT INTO bucket VALUES (?, ?)", rows())

    def _tag(self, path: str, kind: str, space: int) -> bytes:
        return tag_of(path, kind, self._text(space))

    def _text(self, space: int) -> str:
        return self.words[space] if space >= 0 else ""


_ADVISORY, _BUNDLE, _MALICIOUS, _RECORD, _ALIAS, _EPSS, _EXPLOITED, _REPOSITORY, _SUPPORT, _LISTED = range(len(_KINDS))
_NOTHING = pack(None)


def _key(row: Row) -> tuple[int, int, str, str, int]:
    return row[:5]


def _section(row: Row) -> tuple[int, int]:
    return row[:2]


def _name(row: Row) -> str:
    return row[2]

"""Sorts the records of feeds into sections and packs them into the buckets of a new file.

Records are streamed: memory holds a batch of rows. A larger feed is sorted in a file aside (``….staging``), which is
removed with the connection.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby
from typing import TYPE_CHECKING

from msgspec import Raw
from msgspec.structs import replace

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

from .buckets import UNFILTERED, Packer
from .head import FeedRow, Held, Kind, Section, tag_of
from .knowledge import answers_for_aliases, key_name
from .rows import (
    BUNDLE_FROM,
    bundle_key,
    limited_key,
    pack,
    pack_advisory,
    pack_epss,
    pack_limited,
    pack_malicious,
    pack_record,
    statements,
    status_of,
)
from .shelf import Shelf
from .unread_records import Statement

if TYPE_CHECKING:
    import sqlite3

BATCH_ROWS = 20_000
MAX_SCORES = 1_000_000  # they are sorted in memory, three times as fast as in a file
_KINDS: tuple[Kind, ...] = (
    "advisory", "bundle", "malicious", "record", "alias", "epss", "exploited", "repository", "support", "listed",
)  # fmt: skip
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
# In these kinds a key has a list of statements; in the others it has one value, and the first counts.
_LISTS = frozenset({"advisory", "malicious", "alias"})
_SPACED = frozenset({"advisory", "malicious", "listed"})  # with a namespace
_OF_USE = frozenset({"advisory", "malicious", "epss", "exploited", "repository", "support"})
_UNFIXED = frozenset({"open", "wont_fix", "deferred", "end_of_life"})

# Kind, namespace (its number, or -1), key, id, its number among the statements of the id, packed value.
Row = tuple[int, int, str, str, int, bytes]


class Writer:
    def __init__(self, connection: "sqlite3.Connection") -> None:
        self._connection = connection
        self._words: dict[str, int] = {}  # the numbers of the words of the current feed
        self._spaces: dict[str, int] = {}
        self._next = 1
        self._batch: list[Row] = []
        self._staged = False
        self._declared: dict[str, NamespaceInfo] = {}
        self._bundles = 0
        self._scores: dict[str, bytes] = {}  # of EPSS, packed, by id

    @property
    def rows(self) -> int:
        return self._next - 1

    def word(self, text: str) -> int:
        return self._words.setdefault(text, len(self._words))

    def copy(self, held: Held, rows: Callable[[Section, bytes], Iterable[bytes]]) -> Held:
        """Copies a packed feed. ``rows`` returns the verified blobs of a section, and raises ValueError if one is
        damaged.
        """
        taken = []
        for section in held.sections:
            first = self._next
            self._write(rows(section, held.tag(section)))
            taken.append(replace(section, first=first))
        return replace(held, sections=tuple(taken))

    def read(self, row: FeedRow, records: Iterable[Record], earlier: Iterable[Statement] = ()) -> tuple[Held, int]:
        """Packs a feed. Returns it, and its number of useful records. ``earlier`` is read after the records; its
        statements are added if the records do not contain them.
        """
        self._begin()
        count = self._take(chain(records, self._not_restated(earlier)))
        return self._packed(row), count

    def amend(
        self,
        shelf: Shelf,
        before: Held,
        ids: frozenset[str],
        records: Iterable[Record],
        earlier: Iterable[Statement] = (),
        undo: int | None = None,
    ) -> tuple[Held, int]:
        """Packs the earlier feed with these records in place of those with the ``ids``. ``undo``: the number of rows
        before the earlier feed in this file, if it was copied; later rows are dropped.
        """
        self._begin(before.words)
        for section in before.sections:
            space = section.space
            if section.kind == "advisory":
                self._declared[space] = NamespaceInfo(space, "", 0, 0, section.partial, False, section.detail)
            if section.kind == "bundle":
                self._bundles = section.keys
            for key, value in shelf.walk(section, before.tag(section)):
                self._keep(section, key, value, ids)
        self._take(chain(records, self._not_restated(earlier)))
        if undo is not None:
            self.undo(undo)
        held = self._packed(before.row)
        return held, records_of_use(held.sections)

    def undo(self, rows: int) -> None:
        """Drops all rows after the first ``rows``."""
        self._connection.execute("DELETE FROM bucket WHERE id > ?", (rows,))
        self._next = rows + 1

    def _begin(self, words: Iterable[str] = ()) -> None:
        self._words = {text: number for number, text in enumerate(words)}
        self._spaces = {}
        self._batch.clear()
        self._declared = {}
        self._bundles = 0
        self._scores = {}
        if self._staged:
            self._connection.execute("DELETE FROM stage.row")
            self._staged = False

    def _keep(self, section: Section, key: str, value: bytes, ids: frozenset[str]) -> None:
        kind, space = _NUMBERS[section.kind], self._space_of(section.kind, section.space)
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
        own = described = part = 0
        last: tuple[int, str, str] = (-1, "", "")
        last_aliases: tuple[str, ...] = ()
        word, space = self.word, self._space
        for record in records:
            own += 1
            if type(record) is Epss:  # by far the most frequent
                self._score(record.id, pack_epss(record))
                continue
            match record:
                case Advisory():
                    name = key_name(record.namespace, record.package)
                    key = (space(record.namespace), name, record.id)
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
                    own -= 1
                    described += 1
                    self._add((_RECORD, -1, record.id, "", 0, pack_record(record, word)))
                    for alias in answers_for_aliases(record):
                        self._add((_ALIAS, -1, alias, record.id, 0, _NOTHING))
                case Malicious():
                    name = key_name(record.namespace, record.package)
                    self._add((_MALICIOUS, space(record.namespace), name, record.id, 0, pack(record.versions)))
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
                    own -= 1
                    self._add((_LISTED, space(record.namespace), record.package, "", 0, pack(record.versions)))
                case NamespaceInfo():
                    own -= 1
                    self._declared[record.namespace] = record
        return own or described

    def _not_restated(self, earlier: Iterable[Statement]) -> Iterator[Record]:
        is_staged = False
        for statement in earlier:
            if not is_staged:
                self._stage()
                is_staged = True
            if statement.key in self._scores and statement.kind == "epss":
                continue
            key = (_NUMBERS[statement.kind], self._space_of(statement.kind, statement.space), statement.key, statement.id)
            sql = "SELECT 1 FROM stage.row WHERE kind = ? AND space = ? AND key = ? AND id = ?"
            if self._connection.execute(sql, key).fetchone() is None:
                yield from statement.records

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
        self._batch.sort(key=_key)  # neighbours become rows of the same page
        self._connection.executemany("INSERT OR IGNORE INTO stage.row VALUES (?, ?, ?, ?, ?, ?)", self._batch)
        self._batch.clear()
        self._staged = True

    def _sorted(self) -> Iterator[Row]:
        """The rows in the order of their keys; of several with the same key, only the first."""
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

    def _packed(self, row: FeedRow) -> Held:
        sections, spaces = [], list(self._spaces)
        if len(self._scores) >= MAX_SCORES:  # the others are staged already
            for id, packed in self._scores.items():
                self._add((_EPSS, -1, id, "", 0, packed))
        elif self._scores:
            sections.append(self._scores_section(row.path))
        for (number, space), rows in groupby(self._sorted(), _section):
            sections.append(self._section(row.path, _KINDS[number], spaces[space] if space >= 0 else "", rows))
        return Held(row, tuple(self._words), tuple(sections))

    def _scores_section(self, path: str) -> Section:
        packer = Packer(tag_of(path, "epss", ""), "epss" not in UNFILTERED)
        for id in sorted(self._scores):
            packer.add(id, self._scores[id])
        bodies, buckets, low = packer.rows()
        first, count = self._next, len(self._scores)
        self._write(bodies)
        return Section("epss", "", first, buckets, low, packer.last, count, count)

    def _section(self, path: str, kind: Kind, space: str, rows: Iterable[Row]) -> Section:
        packer = Packer(tag_of(path, kind, space), kind not in UNFILTERED)
        is_list, is_advisory = kind in _LISTS, kind == "advisory"
        info = self._declared.get(space) if is_advisory else None
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
            packer.add(key, pack_malicious(found) if kind == "malicious" else pack([(id, Raw(body)) for id, body in found]))
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

    def _space(self, text: str) -> int:
        return self._spaces.setdefault(text, len(self._spaces))

    def _space_of(self, kind: Kind, text: str) -> int:
        return self._space(text) if kind in _SPACED else -1


def records_of_use(sections: Iterable[Section]) -> int:
    """The number of records by which a feed is measured: its own statements, else its records about other sources'
    statements.
    """
    found = Counter[bool]()
    for section in sections:
        if section.kind in _OF_USE or section.kind == "record":
            found[section.kind in _OF_USE] += section.records
    return found[True] or found[False]


_ADVISORY, _BUNDLE, _MALICIOUS, _RECORD, _ALIAS, _EPSS, _EXPLOITED, _REPOSITORY, _SUPPORT, _LISTED = range(len(_KINDS))
_NOTHING = pack(None)


def _key(row: Row) -> tuple[int, int, str, str, int]:
    return row[:5]


def _section(row: Row) -> tuple[int, int]:
    return row[:2]


def _name(row: Row) -> str:
    return row[2]

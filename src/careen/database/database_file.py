"""An open database file: all its statements in order, and the functions on which look-ups (``read``) are built.

The file is opened as immutable: no lock is taken, no other file is created. An update puts a new file in its place;
processes that have the old file open continue to read it.
Raises: DatabaseError if the file is missing, damaged, or of another version of the schema.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from heapq import merge
from operator import eq, itemgetter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from careen.errors import DatabaseError
from careen.model.advisory import NamespaceInfo
from careen.plugins import Record

from .head import FeedRow, Held, Kind, Section, label_of, tag_of
from .integrity import distrust, is_whole
from .rows import SCHEMA, bundle_key, unpack_words, unpacked
from .shelf import Shelf, Wanted

if TYPE_CHECKING:
    import sqlite3

PackedStatement = tuple[bytes, str, int, bytes]  # the key, the feed, its number in this database, the packed value

UPDATE_HINT = "careen db update, on a machine with a network, or careen db update --from MIRROR"


def check_readable(path: Path) -> None:
    """Raises DatabaseError if the path exists and cannot be read, because it must not be replaced silently."""
    try:
        if path.exists() and not path.is_file():
            raise DatabaseError(f"{path}: the advisory database is not a file", f"Remove what is there. {UPDATE_HINT}")
        if path.exists():
            path.open("rb").close()
    except OSError as error:
        why = error.strerror or error
        hint = "Check its owner and mode, or choose another folder with CAREEN_CACHE_DIR."
        raise DatabaseError(f"{path}: the advisory database cannot be read ({why})", hint) from None


def connect(path: Path, *, partly: bool = False) -> "sqlite3.Connection":
    """Opens the database file. With ``partly``, also a damaged file, to read its undamaged feeds."""
    import sqlite3

    check_readable(path)
    if not path.exists():
        raise DatabaseError(f"{path}: there is no advisory database", UPDATE_HINT)
    if not partly and not is_whole(path):
        raise DatabaseError(f"{path}: the advisory database is damaged (its checksum is wrong)", UPDATE_HINT)
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    except sqlite3.Error as error:
        raise DatabaseError(f"{path}: the advisory database cannot be opened ({error})", UPDATE_HINT) from None


class DatabaseFile:
    """An open database file. Content is read on request and verified; only the head stays in memory."""

    def __init__(self, path: Path, connection: "sqlite3.Connection") -> None:
        self._path = path
        self._connection = connection
        self._shelf = Shelf(connection)
        self._bundles: dict[int, dict[int, tuple[str, ...]]] = defaultdict(dict)
        with self._reading():
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != SCHEMA:
                age = "older" if version < SCHEMA else "newer"
                reason = f"has an {age} schema ({version}, not {SCHEMA})"
                raise DatabaseError(f"{path}: the advisory database {reason}", UPDATE_HINT)
            self._head = self._shelf.head()
            self._feeds = self._head.rows
            self._words = cache(self._head.words_of)
            self._sections: dict[tuple[str, str], list[tuple[int, Section]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def spaces(self, kind: Kind) -> tuple[str, ...]:
        """The namespaces of a kind; only "" for kinds without namespaces."""
        return tuple(space for name, _, space in self._kinds() if name == kind)

    def in_order(self, kind: Kind, space: str, wants: Callable[[FeedRow], bool]) -> Iterator[PackedStatement]:
        """All packed values of a kind and namespace in the wanted feeds, in the order of their keys. ``statements``
        decodes them.
        """
        walks = (
            self._walked(self._feeds[feed].path, feed, section)
            for feed, section in self._held(kind, space)
            if wants(self._feeds[feed])
        )
        with self._reading():
            yield from merge(*walks, key=itemgetter(0))

    def of_keys(
        self, kind: Kind, space: str, keys: Iterable[bytes], wants: Callable[[FeedRow], bool]
    ) -> dict[bytes, list[PackedStatement]]:
        """The packed values of these keys, in the form of ``in_order``."""
        found: dict[bytes, list[PackedStatement]] = defaultdict(list)
        with self._reading():
            wanted = Wanted(key.decode() for key in keys)
            for number, section in self._held(kind, space):
                if wants(self._feeds[number]):
                    for name, value in self._shelf.find(section, self._tag(number, section), wanted):
                        key = name.encode()
                        found[key].append((key, self._feeds[number].path, number, value))
        return found

    def _walked(self, path: str, feed: int, section: Section) -> Iterator[PackedStatement]:
        for key, value in self._shelf.walk(section, self._tag(feed, section)):
            yield key.encode(), path, feed, value

    def statements(self, kind: Kind, space: str, statement: PackedStatement) -> tuple[str, tuple[Record, ...]]:
        """The source and the records of a value from ``in_order``."""
        key, _, feed, value = statement
        with self._reading():
            source, words = label_of(self._feeds[feed]), self._words(feed)
            return source, tuple(unpacked(kind, space, key.decode(), value, words, partial(self._of_bundles, feed)))

    def packed_alike(self, other: "DatabaseFile") -> frozenset[str]:
        """The feeds for which equal packed values have the same meaning in both databases."""
        mine, others = self._bundle_rows(), other._bundle_rows()
        words, theirs = ({path: held.words for path, held in database.held().items()} for database in (self, other))
        return frozenset(
            path
            for path in mine.keys() & others.keys()
            if mine[path] == others[path] and all(map(eq, words[path], theirs[path]))
        )

    def unchanged(self, other: "DatabaseFile", kind: Kind, space: str, alike: frozenset[str]) -> frozenset[str]:
        """The feeds whose values of a kind and namespace are the same in both databases, byte by byte. ``alike`` is the
        result of ``packed_alike``.
        """
        mine, theirs = self._by_path(kind, space), other._by_path(kind, space)
        shared = mine.keys() & theirs.keys() & alike
        return frozenset(path for path in shared if self._shelf.same(mine[path], other._shelf, theirs[path]))

    def _by_path(self, kind: Kind, space: str) -> dict[str, Section]:
        return {self._feeds[feed].path: section for feed, section in self._held(kind, space)}

    def _bundle_rows(self) -> dict[str, bytes]:
        """A checksum of the bundles of every feed; b"" for a feed without bundles."""
        from hashlib import blake2b

        found = dict.fromkeys((row.path for row in self._feeds), b"")
        with self._reading():
            for feed, section in self._held("bundle", ""):
                digest = blake2b()
                for row in self._shelf.rows(section, self._tag(feed, section)):
                    digest.update(row)
                found[self._feeds[feed].path] = digest.digest()
        return found

    def contents(self) -> dict[str, tuple[tuple[str, str, int], ...]]:
        """Maps the path of each feed to kind, namespace (or "") and number of records of its sections."""

        def summary_of(section: Section) -> tuple[str, str, int]:
            return section.kind, section.space, section.records

        with self._reading():
            return {held.row.path: tuple(map(summary_of, held.sections)) for held in self._head.held()}

    def records_of_feed(self, path: str) -> Iterator[Record]:
        """All records of one feed, to store them in another database. Their order does not depend on the other feeds."""
        feed = next(number for number, row in enumerate(self._feeds) if row.path == path)
        with self._reading():
            for kind, _, space in sorted(self._kinds()):
                for section in (section for number, section in self._held(kind, space) if number == feed):
                    if kind == "advisory":
                        counts = (section.records, section.keys, section.partial, section.unfixed, section.detail)
                        yield NamespaceInfo(space, "", *counts)
                    for key, value in self._shelf.walk(section, self._tag(feed, section)):
                        yield from unpacked(kind, space, key, value, self._words(feed), partial(self._of_bundles, feed))

    def held(self) -> Mapping[str, Held]:
        """All packed feeds, by path."""
        with self._reading():
            return {held.row.path: held for held in self._head.held()}

    def rows(self, held: Held) -> Iterator[bytes]:
        """The blobs of all sections of a packed feed in order, each verified."""
        with self._reading():
            for section in held.sections:
                yield from self._shelf.rows(section, held.tag(section))

    def _of_bundles(self, feed: int, numbers: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
        known = self._bundles[feed]
        if missing := [bundle_key(number) for number in numbers if number not in known]:
            known |= {int(key): unpack_words(value) for _, key, value in self._find("bundle", "", Wanted(missing), feed)}
        return known

    def _kinds(self) -> Iterator[tuple[str, str, str]]:
        return (name.partition(" ") for name in self._head.packed)

    def _held(self, kind: str, space: str) -> list[tuple[int, Section]]:
        """The numbers of the feeds with such a section, in order of precedence, each with its section."""
        found = self._sections.get((kind, space))
        if found is None:
            found = self._sections[kind, space] = self._head.sections(kind, space)
        return found

    def _find(self, kind: Kind, space: str, wanted: Wanted, feed: int | None = None) -> Iterator[tuple[int, str, bytes]]:
        for number, section in self._held(kind, space):
            if (feed is None or number == feed) and wanted.reach(section):
                for key, value in self._shelf.find(section, self._tag(number, section), wanted):
                    yield number, key, value

    def _tag(self, feed: int, section: Section) -> bytes:
        return tag_of(self._feeds[feed].path, section.kind, section.space)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turns any error of reading and unpacking into DatabaseError, because it means that the file is damaged."""
        import sqlite3

        try:
            yield
        except (sqlite3.Error, ValueError, TypeError, LookupError, OverflowError) as error:
            distrust(self._path)
            raise DatabaseError(f"{self._path}: the advisory database is damaged ({error})", UPDATE_HINT) from None

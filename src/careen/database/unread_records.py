"""Records that cannot be read in a feed's new edition: their earlier editions are kept until they can be read."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from careen.model.advisory import PassedOver
from careen.plugins import Record

from .head import Held, Kind
from .knowledge import key_name
from .rows import bundle_key, statements, unpack_words, unpacked
from .shelf import Shelf, Wanted

MAX_IDS = 1_000_000  # ids in the unread records of one feed
MAX_REMEMBERED = 1000  # unread records of a feed that the database stores
MAX_REMEMBERED_IDS = 20  # ids of each of them
MAX_REASON = 200
LISTS = frozenset({"advisory", "malicious"})  # in these sections a key has statements with ids; in the others the key is the id


class Statement(Struct, frozen=True):
    kind: Kind
    space: str
    key: str
    id: str  # "" if the key is the id
    records: tuple[Record, ...]


class UnreadRecords:
    """The records of one feed that could not be read. Raises ValueError if they have too many ids to look up."""

    def __init__(self, known: Iterable[PassedOver] = ()) -> None:
        """``known``: the records that the feed itself states as unread."""
        self._all = list(known)
        self._known = len(self._all)
        self._ids = 0

    def readable(self, records: Iterable[Record]) -> Iterator[Record]:
        for record in records:
            if isinstance(record, PassedOver):
                self._ids += len(record.ids)
                if self._ids > MAX_IDS:
                    raise ValueError(f"{len(self._all)} records cannot be read, the first: {self._all[0].reason}")
                self._all.append(record)
            else:
                yield record

    @property
    def summary(self) -> str:
        count = len(self._all) - self._known
        if not count:
            return ""
        number = "1 record was" if count == 1 else f"{count} records were"
        return f"{number} skipped ({self._all[self._known].reason[:MAX_REASON]})"

    def remembered(self, before: Iterable[PassedOver], replaced: frozenset[str] | None) -> tuple[PassedOver, ...]:
        """The unread records to store: those of this update, and those of ``before`` that a partial update did not
        touch.
        """
        left = () if replaced is None else (record for record in before if replaced.isdisjoint(record.ids))
        short = (
            replace(record, reason=record.reason[:MAX_REASON], ids=record.ids[:MAX_REMEMBERED_IDS])
            for record in (*left, *self._all)
        )
        return tuple(dict.fromkeys(short))[:MAX_REMEMBERED]

    def earlier_statements(self, shelf: Shelf, before: Held | None) -> Iterator[Statement]:
        """Yields the statements of the earlier edition that unread records may replace. It has to be called after the
        new edition was read.
        """
        wanted = places_of(self._all)
        if not wanted or before is None:
            return
        bundles = partial(_bundles, shelf, before)
        for section in before.sections:
            if section.kind in ("bundle", "alias"):  # they are copied with their advisories and records
                continue
            kind, space, tag = section.kind, section.space, before.tag(section)
            if kind not in LISTS:
                for key, value in shelf.find(section, tag, Wanted(wanted)):
                    earlier = tuple(unpacked(kind, space, key, value, before.words, bundles))
                    yield Statement(kind, space, key, "", earlier)
                continue
            for key, value in shelf.walk(section, tag):
                ids = {id for id, _ in statements(value) if id in wanted and is_about(wanted[id], space, key)}
                earlier = tuple(unpacked(kind, space, key, value, before.words, bundles)) if ids else ()
                for id in sorted(ids):
                    same = tuple(record for record in earlier if getattr(record, "id", "") == id)
                    yield Statement(kind, space, key, id, same)


def has_statement(shelf: Shelf, held: Held, statement: Statement) -> bool:
    """Whether a feed has a statement with the same subject and id."""
    section = held.section(statement.kind, statement.space)
    if section is None:
        return False
    found = dict(shelf.find(section, held.tag(section), Wanted((statement.key,))))
    if statement.kind not in LISTS:
        return bool(found)
    return any(id == statement.id for value in found.values() for id, _ in statements(value))


def places_of(unread: Iterable[PassedOver]) -> dict[str, set[tuple[str, str]]]:
    """Maps each id in unread records to the namespaces and packages that the record may be about; "" means any."""
    places: dict[str, set[tuple[str, str]]] = {}
    for record in unread:
        for id in record.ids:
            places.setdefault(id, set()).add((record.namespace, key_name(record.namespace, record.package)))
    return places


def is_about(places: Collection[tuple[str, str]], space: str, key: str) -> bool:
    return any(namespace in ("", space) and package in ("", key) for namespace, package in places)


def _bundles(shelf: Shelf, held: Held, numbers: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    section = held.section("bundle")
    found = shelf.find(section, held.tag(section), Wanted(map(bundle_key, numbers))) if section else ()
    return {int(key): unpack_words(value) for key, value in found}

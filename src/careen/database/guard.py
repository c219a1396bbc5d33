"""Holds back a feed that reverses its earlier statements, or that contradicts known results.

Two comparisons. For a sample of the feed's records in the previous file, the old and the new statements are evaluated
at the versions at which their ranges begin and end. An honest feed grows and is corrected here and there; a feed that
was damaged, misread or replaced reverses many results. ``known_results.txt`` contains our own facts about well-known
vulnerabilities, with which every honest feed of their ecosystem agrees. ``IsAffected`` states whether a version is
affected.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from careen.model.advisory import Advisory

from .head import Held
from .knowledge import key_name
from .rows import bundle_key, statements, unpack_advisories, unpack_words
from .shelf import Shelf, Wanted

IsAffected = Callable[[str, Sequence[Advisory], str], bool]  # (namespace, statements, version)

REVERSED = 0.2  # a feed that reverses more than this fraction of the compared results is held back
REVERSED_FROM = 50  # compared results; fewer prove nothing
SAMPLE = 200  # records of a namespace in the sample
MAX_SAMPLE = 2000  # records of a feed in the sample
KNOWN_FROM = 2  # from so many wrong known results on, a feed is held back


class KnownResult(Struct, frozen=True):
    namespace: str
    package: str
    version: str
    id: str
    affected: bool


class FeedStatements:
    """The statements of a feed in one database file."""

    def __init__(self, shelf: Shelf, held: Held) -> None:
        self._shelf, self._held = shelf, held
        self.namespaces = {section.space: section for section in held.sections if section.kind == "advisory"}

    def sample(self) -> Iterator[tuple[str, str, str]]:
        """A sample of the statements, evenly spread over the names of each namespace: (namespace, name, id)."""
        each = max(1, min(SAMPLE, MAX_SAMPLE // max(1, len(self.namespaces))))
        for namespace, section in self.namespaces.items():
            step, number = max(1, section.records // each), 0
            for name, value in self._shelf.walk(section, self._held.tag(section)):
                last = ""
                for id, _ in statements(value):
                    if id == last:  # another statement with the same id
                        continue
                    last = id
                    if number % step == 0:
                        yield namespace, name, id
                    number += 1

    def of(self, namespace: str, names: Collection[str]) -> dict[str, tuple[Advisory, ...]]:
        section = self.namespaces.get(namespace)
        if section is None:
            return {}
        found = self._shelf.find(section, self._held.tag(section), Wanted(names))
        words = self._held.words
        return {name: tuple(unpack_advisories(namespace, name, value, words, self._of_bundles)) for name, value in found}

    def about(self, known: KnownResult) -> tuple[Advisory, ...] | None:
        """The feed's statements about the known result's vulnerability and package; None if there are none."""
        name = key_name(known.namespace, known.package)
        found = self.of(known.namespace, (name,)).get(name, ())
        return tuple(advisory for advisory in found if known.id in (advisory.id, *advisory.aliases)) or None

    def _of_bundles(self, numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
        section = self._held.section("bundle")
        wanted = Wanted(map(bundle_key, numbers))
        found = self._shelf.find(section, self._held.tag(section), wanted) if section else ()
        return {int(key): unpack_words(value) for key, value in found}


def doubt_of(now: FeedStatements, before: FeedStatements | None, is_affected: IsAffected) -> str:
    """Why the statements of the new edition cannot be trusted; "" if they can."""
    if before is not None:
        compared, reversed = _reversed(before, now, is_affected)
        if compared >= REVERSED_FROM and reversed > compared * REVERSED:
            return f"{reversed} of {compared} results in a sample are the reverse of the earlier ones"
    answered = wrong = broken = 0
    for known in known_results():
        new = now.about(known)
        old = before.about(known) if before else None
        if new is None and old is None:
            continue
        answered += 1
        is_wrong = is_affected(known.namespace, new or (), known.version) != known.affected
        was_right = old is not None and is_affected(known.namespace, old, known.version) == known.affected
        wrong += is_wrong
        broken += is_wrong and was_right
    if broken >= KNOWN_FROM and broken > answered * REVERSED:
        return f"{broken} of {answered} known results were right and are wrong now"
    if before is None and wrong >= KNOWN_FROM and wrong > answered / 2:
        return f"{wrong} of {answered} known results are wrong in it"
    return ""


@cache
def known_results() -> tuple[KnownResult, ...]:
    lines = Path(__file__).with_name("known_results.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return tuple(KnownResult(namespace, name, version, id, word == "affected") for namespace, name, version, id, word in rows)


def _reversed(before: FeedStatements, now: FeedStatements, is_affected: IsAffected) -> tuple[int, int]:
    """The number of compared results, and of those that are reversed."""
    compared = reversed = 0
    wanted: dict[str, dict[str, list[str]]] = {}
    for namespace, name, id in before.sample():
        wanted.setdefault(namespace, {}).setdefault(name, []).append(id)
    for namespace, names in wanted.items():
        old_statements, new_statements = before.of(namespace, names), now.of(namespace, names)
        for name, ids in names.items():
            for id in ids:
                old, new = _with_id(old_statements.get(name, ()), id), _with_id(new_statements.get(name, ()), id)
                for version in _edges(old):
                    compared += 1
                    reversed += is_affected(namespace, old, version) != is_affected(namespace, new, version)
    return compared, reversed


def _with_id(advisories: Sequence[Advisory], id: str) -> tuple[Advisory, ...]:
    return tuple(advisory for advisory in advisories if advisory.id == id)


def _edges(advisories: Sequence[Advisory]) -> list[str]:
    """A few of the versions at which a result changes."""
    found: dict[str, None] = {}
    for advisory in advisories:
        for range in advisory.ranges[:2]:
            ends = (range.introduced, range.fixed, range.last_affected)
            found.update(dict.fromkeys(end for end in ends if end and end != "0"))
        found.update(dict.fromkeys(advisory.versions[:1]))
    return list(found)[:4]

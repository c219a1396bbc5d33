"""Whether a feed that was just read says the reverse of what it statement before, or of what is known.

Two witnesses. A sample of what the previous file has of the feed is judged again, at the versions where its ranges begin
and end: honest feeds grow and are corrected here and there, one that was damaged, misread or replaced turns around. And
``known_results.txt``: facts about well-known flaws, stated by us, that every honest feed of their ecosystem agrees with.
What statements mean is told by ``IsAffected``: whether one of them holds a version.
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

IsAffected = Callable[[str, Sequence[Advisory], str], bool]  # namespace, statements, version

TURNED = 0.2  # a feed that turns more than this part of its verdicts around is doubted
TURNED_FROM = 50  # verdicts; fewer say nothing
SAMPLE = 200  # records of a namespace
MAX_SAMPLE = 2000  # of a feed
KNOWN_FROM = 2  # known verdicts that are wrong


class Verdict(Struct, frozen=True):
    namespace: str
    package: str
    version: str
    id: str
    affected: bool


class FeedStatements:
    """What a feed says in one file, or statement in another."""

    def __init__(self, shelf: Shelf, held: Held) -> None:
        self._shelf, self._held = shelf, held
        self.namespaces = {section.space: section for section in held.sections if section.kind == "advisory"}

    def sample(self) -> Iterator[tuple[str, str, str]]:
        """Evenly spread over the names of each namespace: (namespace, name, id)."""
        each = max(1, min(SAMPLE, MAX_SAMPLE // max(1, len(self.namespaces))))
        for namespace, section in self.namespaces.items():
            step, number = max(1, section.records // each), 0
            for name, value in self._shelf.walk(section, self._held.tag(section)):
                last = ""
                for id, _ in statements(value):
                    if id == last:  # another part of the same
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

    def about(self, verdict: "Verdict") -> tuple[Advisory, ...] | None:
        """None where the feed says nothing of the flaw in that package."""
        name = key_name(verdict.namespace, verdict.package)
        found = self.of(verdict.namespace, (name,)).get(name, ())
        return tuple(one for one in found if verdict.id == one.id or verdict.id in one.aliases) or None

    def _of_bundles(self, numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
        section = self._held.section("bundle")
        wanted = Wanted(map(bundle_key, numbers))
        found = self._shelf.find(section, self._held.tag(section), wanted) if section else ()
        return {int(key): unpack_words(value) for key, value in found}


def doubt_of(now: FeedStatements, before: FeedStatements | None, is_affected: IsAffected) -> str:
    """Why what the feed says now is not to be believed; "" where nothing speaks against it."""
    if before is not None:
        judged, turned = _turned(before, now, is_affected)
        if judged >= TURNED_FROM and turned > judged * TURNED:
            return f"{turned} of {judged} verdicts in a sample are the reverse of before"
    answered = wrong = broken = 0
    for verdict in known():
        statement = now.about(verdict)
        then = before.about(verdict) if before else None
        if statement is None and then is None:
            continue
        answered += 1
        is_wrong = is_affected(verdict.namespace, statement or (), verdict.version) != verdict.affected
        was_right = then is not None and is_affected(verdict.namespace, then, verdict.version) == verdict.affected
        wrong += is_wrong
        broken += is_wrong and was_right
    if broken >= KNOWN_FROM and broken > answered * TURNED:
        return f"{broken} of {answered} known verdicts were right and are wrong now"
    if before is None and wrong >= KNOWN_FROM and wrong > answered / 2:
        return f"{wrong} of {answered} known verdicts are wrong in it"
    return ""


@cache
def known() -> tuple[Verdict, ...]:
    lines = Path(__file__).with_name("known_results.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return tuple(Verdict(namespace, name, version, id, word == "affected") for namespace, name, version, id, word in rows)


def _turned(before: FeedStatements, now: FeedStatements, is_affected: IsAffected) -> tuple[int, int]:
    """How many verdicts were judged, and how many of them are the reverse."""
    judged = turned = 0
    wanted: dict[str, dict[str, list[str]]] = {}
    for namespace, name, id in before.sample():
        wanted.setdefault(namespace, {}).setdefault(name, []).append(id)
    for namespace, names in wanted.items():
        then, statement = before.of(namespace, names), now.of(namespace, names)
        for name, ids in names.items():
            for id in ids:
                one, other = _with_id(then.get(name, ()), id), _with_id(statement.get(name, ()), id)
                for version in _edges(one):
                    judged += 1
                    turned += is_affected(namespace, one, version) != is_affected(namespace, other, version)
    return judged, turned


def _with_id(statement: Sequence[Advisory], id: str) -> tuple[Advisory, ...]:
    return tuple(one for one in statement if one.id == id)


def _edges(statement: Sequence[Advisory]) -> list[str]:
    """The versions at which a verdict changes, a few of them."""
    found: dict[str, None] = {}
    for one in statement:
        for range in one.ranges[:2]:
            ends = (range.introduced, range.fixed, range.last_affected)
            found.update(dict.fromkeys(end for end in ends if end and end != "0"))
        found.update(dict.fromkeys(one.versions[:1]))
    return list(found)[:4]

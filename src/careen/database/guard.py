"""Whether a feed that was just read says the reverse of what it said before, or of what is known.

Two witnesses. A sample of what the previous file has of the feed is judged again, at the versions where its ranges begin
and end: honest feeds grow and are corrected here and there, one that was damaged, misread or replaced turns around. And
``verdicts.txt``: facts about well-known flaws, stated by us, that every honest feed of their ecosystem agrees with.
What statements mean is told by ``Judge``: whether one of them holds a version.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from careen.model.advisory import Advisory

from .knowledge import key_name
from .rows import unpack_advisory, unpack_words

if TYPE_CHECKING:
    import sqlite3

Judge = Callable[[str, Sequence[Advisory], str], bool]  # namespace, statements, version

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


def doubt_of(connection: "sqlite3.Connection", feed: int, path: str | None, judge: Judge) -> str:
    """Why what the feed says now is not to be believed; "" where nothing speaks against it.

    ``path``: by which the attached previous file ``old`` knows the feed, None where it does not.
    """
    words = dict(connection.execute("SELECT id, text FROM word"))
    now = _Side(connection, "main", feed, words)
    before = None
    if path is not None:
        (old,) = connection.execute("SELECT id FROM old.feed WHERE path = ?", (path,)).fetchone()
        before = _Side(connection, "old", old, words)
        judged, turned = _turned(before, now, judge)
        if judged >= TURNED_FROM and turned > judged * TURNED:
            return f"{turned} of {judged} verdicts in a sample are the reverse of before"
    answered = wrong = broken = 0
    for verdict in known():
        said = now.about(verdict)
        then = before.about(verdict) if before else None
        if said is None and then is None:
            continue
        answered += 1
        is_wrong = judge(verdict.namespace, said or (), verdict.version) != verdict.affected
        was_right = then is not None and judge(verdict.namespace, then, verdict.version) == verdict.affected
        wrong += is_wrong
        broken += is_wrong and was_right
    if broken >= KNOWN_FROM and broken > answered * TURNED:
        return f"{broken} of {answered} known verdicts were right and are wrong now"
    if before is None and wrong >= KNOWN_FROM and wrong > answered / 2:
        return f"{wrong} of {answered} known verdicts are wrong in it"
    return ""


@cache
def known() -> tuple[Verdict, ...]:
    lines = Path(__file__).with_name("verdicts.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return tuple(Verdict(namespace, name, version, id, word == "affected") for namespace, name, version, id, word in rows)


class _Side:
    """What one of the two files has of the feed. Words have the same numbers in both."""

    def __init__(self, connection: "sqlite3.Connection", schema: str, feed: int, words: dict[int, str]) -> None:
        self._connection, self._schema, self._feed, self._words = connection, schema, feed, words
        self._word_ids = {text: id for id, text in words.items()}
        rows = connection.execute(f"SELECT namespace, records FROM {schema}.namespace WHERE feed = ?", (feed,))  # noqa: S608
        self.records = dict(rows)

    def sample(self) -> Iterator[tuple[int, str, str]]:
        """Evenly spread over the names of each namespace."""
        each = max(1, min(SAMPLE, MAX_SAMPLE // max(1, len(self.records))))
        sql = f"SELECT name, id FROM {self._schema}.advisory WHERE namespace = ? AND feed = ? AND part = 0"  # noqa: S608
        for namespace, records in self.records.items():
            step = max(1, records // each)
            for number, (name, id) in enumerate(self._connection.execute(sql, (namespace, self._feed))):
                if number % step == 0:
                    yield namespace, name, id

    def said(self, namespace: int, name: str, id: str) -> tuple[Advisory, ...]:
        sql = f"SELECT body FROM {self._schema}.advisory WHERE namespace = ? AND name = ? AND feed = ? AND id = ?"  # noqa: S608
        rows = self._connection.execute(sql, (namespace, name, self._feed, id))
        return tuple(self._read(namespace, name, id, body) for (body,) in rows)

    def about(self, verdict: Verdict) -> tuple[Advisory, ...] | None:
        """None where the feed says nothing of the flaw in that package."""
        namespace = self._word_ids.get(verdict.namespace, -1)
        if namespace not in self.records:
            return None
        name = key_name(verdict.namespace, verdict.package)
        sql = f"SELECT id, body FROM {self._schema}.advisory WHERE namespace = ? AND name = ? AND feed = ?"  # noqa: S608
        rows = self._connection.execute(sql, (namespace, name, self._feed))
        found = tuple(self._read(namespace, name, id, body) for id, body in rows)
        said = tuple(one for one in found if verdict.id == one.id or verdict.id in one.aliases)
        return said or None

    def _read(self, namespace: int, name: str, id: str, body: bytes) -> Advisory:
        return unpack_advisory(self._words[namespace], name, id, body, self._words, self._bundle)

    def _bundle(self, number: int) -> tuple[str, ...]:
        sql = f"SELECT ids FROM {self._schema}.bundle WHERE feed = ? AND id = ?"  # noqa: S608
        row: Any = self._connection.execute(sql, (self._feed, number)).fetchone()
        return unpack_words(row[0]) if row else ()

    def name_of(self, namespace: int) -> str:
        return self._words[namespace]


def _turned(before: _Side, now: _Side, judge: Judge) -> tuple[int, int]:
    """How many verdicts were judged, and how many of them are the reverse."""
    judged = turned = 0
    for namespace, name, id in before.sample():
        then, said = before.said(namespace, name, id), now.said(namespace, name, id)
        for version in _edges(then):
            judged += 1
            text = before.name_of(namespace)
            turned += judge(text, then, version) != judge(text, said, version)
    return judged, turned


def _edges(said: Sequence[Advisory]) -> list[str]:
    """The versions at which a verdict changes, a few of them."""
    found: dict[str, None] = {}
    for one in said:
        for range in one.ranges[:2]:
            ends = (range.introduced, range.fixed, range.last_affected)
            found.update(dict.fromkeys(end for end in ends if end and end != "0"))
        found.update(dict.fromkeys(one.versions[:1]))
    return list(found)[:4]

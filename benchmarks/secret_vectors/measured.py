"""What Careen finds in the files of the set: by the reader that takes part in the pass over a layer."""

from collections.abc import Iterable
from typing import NamedTuple

from careen.model.finding import ExposedSecret
from careen.plugins import Reader
from careen.secrets.reader import SECRETS

from .places import encoded
from .vectors import Vector

RANKS = {"possible": 1, "likely": 2, "confirmed": 3}
_READERS = [reader for reader in SECRETS.readers if reader.wants.amount == "stream" and not reader.wants.anywhere]
_MODE = 0o100644


class _File(NamedTuple):
    """A file as a reader of layers sees it."""

    path: str
    data: bytes
    mode: int = _MODE

    @property
    def size_bytes(self) -> int:
        return len(self.data)


class Outcome(NamedTuple):
    """The highest rank of a finding in each vector: of one that covers the value if it is a secret, else of any."""

    vector: Vector
    rank: int


class Score(NamedTuple):
    found: int
    missed: int
    false: int
    right: int  # near-misses without a finding
    possible: int  # secrets found, but only as possible

    @property
    def recall(self) -> float:
        return self.found / max(1, self.found + self.missed)

    @property
    def precision(self) -> float:
        return self.found / max(1, self.found + self.false) if self.found or self.false else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.found / max(1, 2 * self.found + self.missed + self.false)


def outcome(vector: Vector) -> Outcome:
    lines = _lines(vector) if vector.is_secret and "\0" not in vector.text else None  # what is no text has no lines
    ranks = [_rank(found) for found in findings(vector.path, vector.text) if lines is None or _covers(found, lines)]
    return Outcome(vector, max(ranks, default=0))


def findings(path: str, text: str) -> list[ExposedSecret]:
    file = _File(path, encoded(text))
    return [
        fact for reader in _READERS if _wants(reader, path) for fact in _facts(reader, file) if isinstance(fact, ExposedSecret)
    ]


def _wants(reader: Reader, path: str) -> bool:
    select = reader.wants.select
    return select is None or select(path, _MODE)


def _facts(reader: Reader, file: _File) -> Iterable[object]:
    scanner = reader.read(file)  # type: ignore[arg-type]
    if scanner is None:
        return ()
    scanner.feed(file.data)
    return scanner.facts()


def score(outcomes: Iterable[Outcome], least: int) -> Score:
    """A finding counts from this rank on."""
    found = missed = false = right = possible = 0
    for vector, rank in outcomes:
        if vector.is_secret:
            found += rank >= least
            missed += rank < least
            possible += 0 < rank < RANKS["likely"]
        else:
            false += rank >= least
            right += rank < least
    return Score(found, missed, false, right, possible)


def total(scores: Iterable[Score]) -> Score:
    return Score(*map(sum, zip(*scores, strict=True)))


def _rank(found: ExposedSecret) -> int:
    """A Careen that does not rate its secrets counts each of them in full."""
    return RANKS[getattr(found, "confidence", "likely")]


def _lines(vector: Vector) -> tuple[int, int]:
    start = vector.text.index(vector.value)
    first = vector.text.count("\n", 0, start) + 1
    return first, first + vector.value.rstrip("\n").count("\n")


def _covers(found: ExposedSecret, lines: tuple[int, int]) -> bool:
    first = found.location.line or 0
    return first <= lines[1] and (found.location.end_line or first) >= lines[0]

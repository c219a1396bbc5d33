"""Finds the licences of the SPDX list whose texts a text contains, word for word or slightly edited.

The index proposes a few licences; each is then compared with the passage of the text that is most like it. The best
match is removed from the text, and the rest is compared again, so that a file may have several licences.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache

from msgspec import Struct

from .library import COMMON, LONG, entries_by_id, library, postings, runs_of
from .words import words_of

GRAM = 3  # words
CANDIDATES = 40
MAX_LICENCES = 40  # licences in one text
MAX_WORDS = 60_000
PROPOSED = 0.5  # the fraction of a licence's runs that have to occur
SHORT = 40  # words: a shorter text distinguishes little, and has to occur word for word
SLACK = 1.2  # a copy may be this much longer than the original
OR_LATER = "-or-later"
# If two texts match about equally well, the well-known one is meant: many others are this text with a name filled in.
USUAL = ("MIT", "BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause", "BSD-4-Clause-UC", "Apache-2.0", "ISC", "Zlib", "OFL-1.1",
         "HPND", "HPND-sell-variant", "BSL-1.0")  # fmt: skip
USUAL_BONUS = 0.05


class Match(Struct, frozen=True, gc=False):
    """A match. ``likeness`` is 1.0 for an exact copy. ``start`` and ``end`` count words."""

    id: str
    likeness: float
    start: int
    end: int
    exception: bool = False
    common: int = 0  # common runs of words


class _Form(Struct, frozen=True):
    words: int
    grams: frozenset[str]


def matches_in(words: Sequence[str]) -> tuple[Match, ...]:
    """The licence texts in the words, in order."""
    left: list[str] = list(words[:MAX_WORDS])
    proposed = _proposed(left)
    found: list[Match] = []
    likely: dict[int, Match] = {}
    asked = proposed
    while proposed and len(found) < MAX_LICENCES:
        grams = _grams(left)
        places = _places(grams)
        likely |= {number: match for number in asked if (match := _compared(number, grams, places))}
        if not likely:
            break
        best = max(likely.values(), key=_rank)
        found.append(best)
        left[best.start : best.end] = [""] * (best.end - best.start)
        asked = [number for number, match in likely.items() if match.start < best.end and best.start < match.end]
        likely = {number: match for number, match in likely.items() if number not in asked}
    return tuple(sorted(found, key=lambda match: match.start))


def without(words: Sequence[str], matches: Sequence[Match]) -> list[str]:
    """The words that are in no match; "" replaces each removed passage."""
    left: list[str] = []
    at = 0
    for match in matches:
        left += [*words[at : match.start], ""]
        at = match.end
    return left + list(words[at:])


def _grams(words: Sequence[str]) -> list[str]:
    return list(map(" ".join, zip(*(words[at:] for at in range(GRAM)), strict=False)))


def _places(grams: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for at, gram in enumerate(grams):
        places[gram].append(at)
    return places


def _rank(match: Match) -> tuple[int, bool, bool, str]:
    """A sort key of matches. A text that contains another one is preferred if it matches nearly as well: X11 is MIT
    with one more clause. Among equal texts ``-only`` is preferred, since a text alone does not allow later versions.
    """
    bonus = 1 + USUAL_BONUS if match.id in USUAL and match.likeness < 1 else 1
    score = round(match.common * match.likeness**3 * bonus)
    return score, not entries_by_id()[match.id].deprecated, not match.id.endswith(OR_LATER), match.id


def _proposed(words: Sequence[str]) -> list[int]:
    weights, index = _weights(), postings()
    votes: dict[int, float] = defaultdict(float)
    for run in set(runs_of(words)):
        numbers = index.get(run)
        if numbers is not None:
            weight = _weight(len(numbers))
            for number in numbers:
                votes[number] += weight
    likely = ((vote * vote / weights[number], number) for number, vote in votes.items() if vote >= PROPOSED * weights[number])
    return [number for _, number in heapq.nlargest(CANDIDATES, likely)]


def _compared(number: int, grams: Sequence[str], places: dict[str, list[int]]) -> Match | None:
    """The passage that contains most of the licence's grams; None if there is none."""
    form = _form(number)
    hits = sorted(at for gram in form.grams for at in places.get(gram, ()))
    if not hits:
        return None
    width, first, last, behind = int(form.words * SLACK) + 12, 0, 0, 0
    for ahead, at in enumerate(hits):
        while at - hits[behind] > width:
            behind += 1
        if ahead - behind > last - first:
            first, last = behind, ahead
    first, last = _without_repeats(grams, hits, first, last)
    start, end = hits[first], hits[last] + GRAM
    inside = set(grams[start : end - GRAM + 1])
    common = len(inside & form.grams)
    likeness = 2 * common / (len(inside) + len(form.grams))
    if likeness < _needed(form.words):
        return None
    entry = library().entries[number]
    return Match(entry.id, likeness, start, end, entry.exception, common)


def _without_repeats(grams: Sequence[str], hits: Sequence[int], first: int, last: int) -> tuple[int, int]:
    """The range, without matches at its ends that are repeated inside it: a notice before the text quotes it."""
    counts = Counter(grams[at] for at in hits[first : last + 1])
    while first < last and counts[grams[hits[first]]] > 1:
        counts[grams[hits[first]]] -= 1
        first += 1
    while first < last and counts[grams[hits[last]]] > 1:
        counts[grams[hits[last]]] -= 1
        last -= 1
    return first, last


def _needed(words: int) -> float:
    return 0.9 if words < SHORT else 0.8 if words < LONG // 4 else 0.72


@lru_cache(maxsize=256)
def _form(number: int) -> _Form:
    words = words_of(library().entries[number].text)
    return _Form(len(words), frozenset(" ".join(words[at : at + GRAM]) for at in range(max(len(words) - GRAM + 1, 1))))


@cache
def _weights() -> list[float]:
    """For each text, the total weight of its runs in the index. A run that few texts contain has more weight."""
    weights = [0.0] * len(library().entries)
    for numbers in postings().values():
        for number in numbers:
            weights[number] += _weight(len(numbers))
    return weights


def _weight(texts: int) -> float:
    return math.log(COMMON * 2 / texts)

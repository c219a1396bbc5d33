"""The rules that may match a text, by their keywords, in pure Python."""

import string
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from .ruleset import Rule, matches

_BEFORE, _AFTER = 160, 80  # maximal distance of a name in an assignment from its value
_RUN, _PLAIN_RUN = b"a" * 12, 30  # consecutive characters, with a digit among them or without
_DISTINCTIVE = 10
_GRAM = 4  # bytes
_SMALL = 4096  # in a text up to this size every keyword is searched
_CLASSES = bytes(ord("a") if chr(code) in string.ascii_letters + string.digits + "_-+" else ord(" ") for code in range(256))
_DIGITS = bytes(ord("1") if chr(code) in string.digits else ord(" ") for code in range(256))


class Keywords:
    """Searches keywords only near long runs of characters as in tokens.

    It may miss a token that is a short word of letters only, which hyperscan finds.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules

    @cached_property
    def _all(self) -> "Words":
        return Words(self._rules)

    @cached_property
    def _anywhere(self) -> "Words":
        return Words([rule for rule in self._rules if _is_searched_anywhere(rule)])

    @cached_property
    def _near_runs(self) -> "Words":
        return Words([rule for rule in self._rules if not _is_searched_anywhere(rule)])

    def candidates(self, text: bytes, path: str) -> Sequence[tuple[Rule, int]]:
        return list(self._candidates(text, path))

    def everywhere(self, lowered: bytes, path: str) -> Iterator[tuple[Rule, int]]:
        """Yields the rules to try on a lower-case text, after a search for every keyword: slow, but complete."""
        return self._all.candidates(lowered, path, self._all.words_in(lowered))

    def _candidates(self, text: bytes, path: str) -> Iterator[tuple[Rule, int]]:
        lowered = text.lower()
        if len(text) <= _SMALL:
            yield from self.everywhere(lowered, path)
            return
        words = list(self._all.words_in(lowered))
        yield from self._anywhere.candidates(lowered, path, words)
        regions = list(_regions(text))
        for rule, numbers in self._near_runs.in_regions(lowered, words, regions):
            for number in sorted(numbers):
                start, end = regions[number]
                to_the_end = not (rule.near or rule.last)
                if any(matches(rule, text, lowered, start, len(text) if to_the_end else end)):
                    yield rule, start
                    break
                if to_the_end:  # then there is none from a later region on
                    break


class Words:
    """Searches keywords by their first and last four bytes, which are looked up among those of the text."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules_by_word: dict[bytes, list[Rule]] = {}
        for rule in rules:
            for keyword in rule.keywords:
                self._rules_by_word.setdefault(keyword.encode(), []).append(rule)
        self._without = [rule for rule in rules if not rule.keywords]
        self._short = [word for word in self._rules_by_word if len(word) < _GRAM]
        self._long: dict[int, list[tuple[int, bytes]]] = {}  # by the first bytes: the last ones, and the word
        for word in self._rules_by_word:
            if len(word) >= _GRAM:
                first, last = (int.from_bytes(part, sys.byteorder) for part in (word[:_GRAM], word[-_GRAM:]))
                self._long.setdefault(first, []).append((last, word))
        self._grams = frozenset(self._long) | {last for words in self._long.values() for last, _ in words}

    def words_in(self, lowered: bytes) -> Iterator[bytes]:
        """The keywords that may be in a text: those whose first and last four bytes are in it, and all shorter ones."""
        yield from self._short
        there = {gram for grams in _grams(lowered) for gram in self._grams.intersection(grams)}
        for first in there:
            yield from (word for last, word in self._long.get(first, ()) if last in there)

    def candidates(self, lowered: bytes, path: str, words: Iterable[bytes]) -> Iterator[tuple[Rule, int]]:
        """Yields the rules to try on the text: those with one of ``words`` as a keyword in it, and those without keywords.

        ``words`` may contain words that are not in the text, or are not keywords of these rules.
        """
        places: dict[str, tuple[Rule, int]] = {}
        for word in words:
            rules = self._rules_by_word.get(word)
            place = lowered.find(word) if rules else -1
            for rule in rules if rules and place >= 0 else ():
                known = places.get(rule.id)
                if known is None or place < known[1]:
                    places[rule.id] = (rule, place)
        for rule, place in (*places.values(), *((rule, 0) for rule in self._without)):
            if rule.applies(path):
                yield rule, _first_start(rule, place)

    def in_regions(
        self, lowered: bytes, words: Iterable[bytes], regions: Sequence[tuple[int, int]]
    ) -> Iterable[tuple[Rule, set[int]]]:
        """Rules, each with the numbers of the regions (start, end) that contain one of its keywords. Regions do not
        overlap."""
        found: dict[str, tuple[Rule, set[int]]] = {}
        starts = [start for start, _ in regions]
        for word in words:
            rules = self._rules_by_word.get(word)
            numbers = set(_numbers(lowered, word, starts, regions)) if rules else None
            for rule in rules if rules and numbers else ():
                found.setdefault(rule.id, (rule, set()))[1].update(numbers or ())
        return found.values()


def _first_start(rule: Rule, place: int) -> int:
    """The position from which a match may begin, for the first keyword at ``place``: a token may begin long before
    it, as a JWT does."""
    if rule.paired:
        return 0
    if rule.near:
        return max(0, place - _BEFORE)
    return place if rule.begins == rule.keywords else 0  # a rule without keywords has no place


def _grams(text: bytes) -> Iterator[memoryview]:
    """The four bytes from every position, as numbers."""
    for start in range(min(_GRAM, len(text))):
        length = (len(text) - start) // _GRAM * _GRAM
        yield memoryview(text)[start : start + length].cast("I")


def _is_searched_anywhere(rule: Rule) -> bool:
    return bool((rule.human and not rule.last) or rule.paired or rule.names or rule.suffixes or _is_distinctive(rule))


def _is_distinctive(rule: Rule) -> bool:
    """Whether its keywords are too long to be in a text by chance; a rule without keywords is also tried everywhere."""
    return all(len(word) >= _DISTINCTIVE for word in rule.keywords)


def _numbers(text: bytes, word: bytes, starts: Sequence[int], regions: Sequence[tuple[int, int]]) -> Iterator[int]:
    """The numbers of the regions that contain the word."""
    number = 0
    while number < len(starts) and (at := text.find(word, starts[number])) >= 0:
        number = bisect_right(starts, at) - 1
        if at + len(word) <= regions[number][1]:
            yield number
        number += 1


def _regions(text: bytes) -> Iterator[tuple[int, int]]:
    """The surroundings of long runs of letters, digits and the like; nearby ones are joined."""
    classes, digits = text.translate(_CLASSES), text.translate(_DIGITS)
    start = end = -1
    at = classes.find(_RUN)
    while at >= 0:
        stop = classes.find(b" ", at)
        stop = len(text) if stop < 0 else stop
        if stop - at >= _PLAIN_RUN or digits.find(b"1", at, stop) >= 0:
            if start >= 0 and at - _BEFORE <= end:
                end = stop + _AFTER
            else:
                if start >= 0:
                    yield start, end
                start, end = max(0, at - _BEFORE), stop + _AFTER
        at = classes.find(_RUN, stop)
    if start >= 0:
        yield start, end

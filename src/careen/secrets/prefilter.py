"""Which rules may apply to a text, and from where on: cheap, and never missing a rule that does.

With hyperscan all expressions are looked for at once, widened so that they compile fast and stay small; its table is made
when there is text enough to be worth it, and until then every keyword is looked for. Without it (the extra ``secrets`` is
not installed) the keywords are. Whoever asks then runs the rule's own expression.
"""

import re
import string
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from importlib.util import find_spec
from typing import Any, Protocol

from .ruleset import REACH, Rule, load, pattern

_LONG = 32  # a repeat beyond this is widened: long counted repeats make an automaton large
_BEFORE, _AFTER = 160, 80  # a name in an assignment stands no farther from its value
_RUN, _PLAIN_RUN = b"a" * 12, 30  # characters in a row: with a digit among them, or without
_TELLING = 10
_WITHOUT_TABLE_BYTES = 1 << 20  # of text; making the table takes as long as searching some megabytes for keywords
_SMALL = 4096  # a text in which every keyword may be looked for
_CLASSES = bytes(ord("a") if chr(code) in string.ascii_letters + string.digits + "_-+" else ord(" ") for code in range(256))
_DIGITS = bytes(ord("1") if chr(code) in string.digits else ord(" ") for code in range(256))
_REPEAT = re.compile(rb"\{(\d+)(,(\d*))?\}")


class Prefilter(Protocol):
    """``candidates`` gives a rule and where its first match can begin at the earliest."""

    def candidates(self, text: bytes, path: str) -> Sequence[tuple[Rule, int]]: ...


@cache
def prefilter() -> Prefilter:
    """The fastest one that this installation has, for all rules."""
    return _Later(load()) if find_spec("hyperscan") else Keywords(load())


class _Later:
    """Keywords, each looked for in the whole text, until the table for hyperscan takes less time than they do.

    Neither misses a rule, so that what is found does not depend on which of them was asked.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules, self._keywords = rules, Keywords(rules)
        self._searched_bytes = 0
        self._lock = threading.Lock()

    def candidates(self, text: bytes, path: str) -> Sequence[tuple[Rule, int]]:
        if self._searched_bytes < _WITHOUT_TABLE_BYTES:
            self._searched_bytes += len(text)
            return list(self._keywords.everywhere(text.lower(), path))
        with self._lock:
            table = self._table
        return table.candidates(text, path)

    @cached_property
    def _table(self) -> Prefilter:
        try:
            return _Automaton(self._rules)
        except ImportError:  # there, and made for another machine
            return self._keywords


class _Automaton:
    """Hyperscan over all rules. Its scratch memory serves one thread, so each has its own."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        import hyperscan

        self._rules = rules
        self._database: Any = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL
        self._database.compile(
            expressions=[_widened(rule.expression) for rule in rules],
            ids=list(range(len(rules))),
            flags=[flags] * len(rules),
        )
        self._local = threading.local()

    def candidates(self, text: bytes, path: str) -> Sequence[tuple[Rule, int]]:
        scratch = getattr(self._local, "scratch", None)
        if scratch is None:
            scratch = self._local.scratch = self._database.scratch.clone()
        found: list[tuple[int, int]] = []
        self._database.scan(text, match_event_handler=_noted, context=found, scratch=scratch)
        if not found:
            return ()
        rules = [(self._rules[number], max(0, end - REACH)) for number, end in found]
        return [(rule, start) for rule, start in rules if rule.applies(path)]


class Keywords:
    """In pure Python: only what is near a run of characters as tokens have them is searched for keywords.

    It may miss what hyperscan finds where a token is a short word of letters alone.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules

    @cached_property
    def _anywhere(self) -> list[tuple[Rule, tuple[bytes, ...]]]:
        return [
            (rule, words)
            for rule, words in self._with_words
            if (rule.human and not rule.last) or rule.names or rule.suffixes or _is_telling(rule)
        ]

    @cached_property
    def _by_keyword(self) -> dict[bytes, list[Rule]]:
        anywhere = {rule.id for rule, _ in self._anywhere}
        near = [rule for rule in self._rules if rule.id not in anywhere]
        words = {word.encode() for rule in near for word in rule.keywords}
        # where one keyword begins another, finding the longer one stands for both
        return {
            word: [rule for rule in near if any(word.startswith(other.encode()) for other in rule.keywords)] for word in words
        }

    @cached_property
    def _keyword(self) -> "re.Pattern[bytes]":
        return re.compile(b"(?=(" + _either(self._by_keyword) + b"))")

    @cached_property
    def _with_words(self) -> list[tuple[Rule, tuple[bytes, ...]]]:
        return [(rule, tuple(word.encode() for word in rule.keywords)) for rule in self._rules]

    def candidates(self, text: bytes, path: str) -> Sequence[tuple[Rule, int]]:
        return list(self._candidates(text, path))

    def everywhere(self, lowered: bytes, path: str) -> Iterator[tuple[Rule, int]]:
        """By every keyword, in a text of small letters: slow, and nothing is missed."""
        return _named(self._with_words, lowered, path)

    def _candidates(self, text: bytes, path: str) -> Iterator[tuple[Rule, int]]:
        lowered = text.lower()
        if len(text) <= _SMALL:
            yield from self.everywhere(lowered, path)
            return
        yield from _named(self._anywhere, lowered, path)
        done: set[str] = set()
        for start, end in _regions(text):
            for word in set(self._keyword.findall(lowered, start, end)):
                for rule in self._by_keyword[word]:
                    if rule.id in done:
                        continue
                    to_the_end = not (rule.near or rule.last)
                    match = pattern(rule).search(text, start, len(text) if to_the_end else end)
                    if match or to_the_end:  # what is not found up to the end is not found from a later region on either
                        done.add(rule.id)
                    if match:
                        yield rule, start


def _named(rules: Iterable[tuple[Rule, tuple[bytes, ...]]], lowered: bytes, path: str) -> Iterator[tuple[Rule, int]]:
    known: dict[bytes, int] = {}  # several rules have the same keywords
    for rule, words in rules:
        if not rule.applies(path):
            continue
        for word in words:
            if word not in known:
                known[word] = lowered.find(word)
        places = [known[word] for word in words if known[word] >= 0]
        if places or not words:
            # a token may be long before the part of it that tells, as that of a JWT is
            yield rule, max(0, min(places, default=0) - _BEFORE) if rule.near else 0


def _is_telling(rule: Rule) -> bool:
    """Its keywords are so long that they are seldom there by chance (none at all is looked for everywhere too)."""
    return all(len(word) >= _TELLING for word in rule.keywords)


def _either(words: Iterable[bytes]) -> bytes:
    """An expression for the longest of these words, common beginnings shared: a flat list of them is tried one by one."""
    by_first: dict[bytes, list[bytes]] = {}
    for word in words:
        by_first.setdefault(word[:1], []).append(word[1:])
    ends = b"" in by_first
    branches = [re.escape(first) + _either(rest) for first, rest in sorted(by_first.items()) if first]
    if not branches:
        return b""
    return b"(?:" + b"|".join(branches) + b")" + (b"?" if ends else b"")


def _regions(text: bytes) -> Iterator[tuple[int, int]]:
    """What surrounds the long runs of letters, digits and the like, nearby ones taken together."""
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


def _noted(number: int, start: int, end: int, flags: int, found: list[tuple[int, int]]) -> None:
    found.append((number, end))


def _widened(expression: bytes) -> bytes:
    """An expression that matches at least where the given one does."""
    return _REPEAT.sub(_wider, expression.replace(b"(?P<secret>", b"(?:"))


def _wider(repeat: "re.Match[bytes]") -> bytes:
    low, comma, high = int(repeat[1]), repeat[2], repeat[3]
    if not comma:
        return repeat[0] if low <= _LONG else b"{%d,}" % _LONG
    if high and int(high) <= _LONG:
        return repeat[0]
    return b"{%d,}" % min(low, _LONG)

"""The rules that may match a text, by hyperscan: the expressions of all rules at once.

The expressions are widened, so that they compile fast and stay small.
"""

import re
import threading
from collections.abc import Sequence
from typing import Any

from .ruleset import REACH, Rule

_LONG = 32  # longer repeats are widened: counted repeats make an automaton large
_REPEAT = re.compile(rb"\{(\d+)(,(\d*))?\}")


class Automaton:
    """Hyperscan over all rules. Its scratch memory serves one thread at a time, so every thread has an automaton of its own."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        import hyperscan

        self._rules = rules
        expressions = [(number, expression) for number, rule in enumerate(rules) for expression in _parts(rule)]
        self._numbers = [number for number, _ in expressions]
        self._database: Any = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL
        self._database.compile(
            expressions=[_widened(expression) for _, expression in expressions],
            ids=list(range(len(expressions))),
            flags=[flags] * len(expressions),
        )
        self._local = threading.local()

    def candidates(self, text: bytes, path: str) -> Sequence[tuple[Rule, int]]:
        scratch = getattr(self._local, "scratch", None)
        if scratch is None:
            scratch = self._local.scratch = self._database.scratch.clone()
        ends: dict[int, int] = {}
        self._database.scan(text, match_event_handler=_noted, context=ends, scratch=scratch)
        if not ends:
            return ()
        found: dict[int, list[int]] = {}
        for part, end in ends.items():
            found.setdefault(self._numbers[part], []).append(end)
        candidates = [(self._rules[number], of_parts) for number, of_parts in found.items()]
        return [
            (rule, max(0, min(of_parts) - REACH))
            for rule, of_parts in candidates
            if len(of_parts) == len(_parts(rule)) and rule.applies(path)
        ]


def _parts(rule: Rule) -> tuple[bytes, ...]:
    """The expressions of a rule that hyperscan searches: a text with a match of the rule has a match of each."""
    if not rule.paired:
        return (rule.sketch,)
    # an id is distinctive, its secret is random text; if the rule has a check, the token is distinctive too
    return (rule.pair.encode(), rule.sketch) if rule.check else (rule.pair.encode(),)


def _noted(part: int, start: int, end: int, flags: int, ends: dict[int, int]) -> None:
    ends.setdefault(part, end)


def _widened(expression: bytes) -> bytes:
    """An expression that matches wherever the given one does, and perhaps elsewhere."""
    return _REPEAT.sub(_wider, expression.replace(b"(?P<secret>", b"(?:"))


def _wider(repeat: "re.Match[bytes]") -> bytes:
    low, comma, high = int(repeat[1]), repeat[2], repeat[3]
    if not comma:
        return repeat[0] if low <= _LONG else b"{%d,}" % _LONG
    if high and int(high) <= _LONG:
        return repeat[0]
    return b"{%d,}" % min(low, _LONG)

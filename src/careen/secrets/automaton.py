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
    """Hyperscan over all rules. Its scratch memory serves one thread, so each has its own."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        import hyperscan

        self._rules = rules
        self._database: Any = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL
        self._database.compile(
            expressions=[_widened(rule.tell) for rule in rules],
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


def _noted(number: int, start: int, end: int, flags: int, found: list[tuple[int, int]]) -> None:
    found.append((number, end))


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

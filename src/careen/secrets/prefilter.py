"""The rules that may match a text, and the first place at which a match may begin: fast, and complete.

With hyperscan the expressions of all rules run at once, once there was enough text to pay for compiling them; until then, and
without hyperscan (the extra ``secrets`` is not installed), keywords are searched. The caller then runs the rule's own
expression.
"""

import threading
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.util import find_spec
from typing import Protocol

from .keywords import Keywords
from .ruleset import Rule, load

_BEFORE_COMPILING_BYTES = 4 << 20  # of text; compiling takes as long as searching some megabytes for keywords


class Prefilter(Protocol):
    """Finds the rules that may match a text. ``candidates`` gives them, each with the earliest index of its first
    match."""

    def candidates(self, text: bytes, path: str) -> Sequence[tuple[Rule, int]]: ...


@cache
def prefilter() -> Prefilter:
    """The fastest prefilter of this installation, for all rules."""
    return _CompileLater(load()) if find_spec("hyperscan") else Keywords(load())


class _CompileLater:
    """Searches every keyword in the complete text, until compiling for hyperscan takes less time than that.

    Neither method misses a rule, so the result is the same with both.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules, self._keywords = rules, Keywords(rules)
        self._searched_bytes = 0
        self._lock = threading.Lock()

    def candidates(self, text: bytes, path: str) -> Sequence[tuple[Rule, int]]:
        if self._searched_bytes < _BEFORE_COMPILING_BYTES:
            self._searched_bytes += len(text)
            return list(self._keywords.everywhere(text.lower(), path))
        with self._lock:
            automaton = self._automaton
        return automaton.candidates(text, path)

    @cached_property
    def _automaton(self) -> Prefilter:
        try:
            from .automaton import Automaton

            return Automaton(self._rules)
        except ImportError:  # installed, but built for another machine
            return self._keywords

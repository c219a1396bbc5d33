"""Which rules may apply to a text, and from where on: cheap, and never missing a rule that does.

With hyperscan all expressions are looked for at once, widened so that they compile fast and stay small; its table is made
when there is text enough to be worth it, and until then every keyword is looked for. Without it (the extra ``secrets`` is
not installed) the keywords are. Whoever asks then runs the rule's own expression.
"""

import threading
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.util import find_spec
from typing import Protocol

from .keywords import Keywords
from .ruleset import Rule, load

_WITHOUT_TABLE_BYTES = 1 << 20  # of text; making the table takes as long as searching some megabytes for keywords


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
            from .automaton import Automaton

            return Automaton(self._rules)
        except ImportError:  # there, and made for another machine
            return self._keywords

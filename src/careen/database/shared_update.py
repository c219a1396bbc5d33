"""Simultaneous updates of one process: they share the lock, download in parallel, and build one after the other.

A scan determines the distribution of its image early, and its other packages only later, so that the second download
begins while the first still runs. Each feed is requested once, by the update that needs it first; the others wait for
its result. All feeds that have arrived when the database is free are built at once.
Raises: DatabaseError, NetworkError.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from msgspec.structs import replace

from careen.plugins import AdvisorySource, Need

from .applying import apply
from .asking import Answers, ask, still_new
from .job import Job, Workplace
from .results import UpdateResult


class SharedUpdate:
    def __init__(self) -> None:
        self._guard = threading.Lock()  # guards all fields below
        self._building = threading.Lock()
        self._opened = ExitStack()
        self._workplace: Workplace | None = None
        self._users = self._numbers = 0
        self._claims: dict[str, _Round] = {}
        self._waiting: list[_Round] = []

    @contextmanager
    def workplace(self, hold: Callable[[ExitStack], Workplace]) -> Iterator[tuple[Workplace, int]]:
        """The shared workplace, and a number that no other update has. The first update opens the workplace, the last
        closes it.
        """
        with self._guard:
            if self._workplace is None:
                with ExitStack() as opening:
                    self._workplace = hold(opening)
                    self._opened = opening.pop_all()
            workplace, number = self._workplace, self._numbers
            self._users += 1
            self._numbers += 1
        try:
            yield workplace, number
        finally:
            with self._guard:
                self._users -= 1
                if not self._users:
                    self._workplace = None
                    self._claims.clear()
                    self._opened.close()

    def update(self, job: Job, sources: Sequence[AdvisorySource], need: Need) -> UpdateResult:
        round = _Round(job, sources, need)
        try:
            round.answers = ask(job, sources, need, partial(self._claim, round))
            self._build(round)
        except BaseException as error:
            round.error = error
            raise
        finally:
            round.done.set()
        return self._with_others(round)

    def _claim(self, round: "_Round", feeds: Collection[str]) -> frozenset[str]:
        """The feeds that no other update requests. They are all claimed at once, so that two updates never wait for
        each other.
        """
        with self._guard:
            return frozenset(feed for feed in feeds if self._claims.setdefault(feed, round) is round)

    def _build(self, round: "_Round") -> None:
        with self._guard:
            self._waiting.append(round)
        with self._building:
            with self._guard:
                rounds, self._waiting = self._waiting, []
            if rounds:  # otherwise another update has built the feeds of this round together with its own
                _build_all(rounds)
        if round.error:
            raise round.error

    def _with_others(self, round: "_Round") -> UpdateResult:
        result, answers = round.finished
        found = {feed.path: feed for feed in result.feeds}
        for path in sorted(answers.elsewhere):
            with self._guard:
                other = self._claims[path]
            other.done.wait()
            if other.error:
                raise other.error
            for feed in other.finished[0].feeds:
                found.setdefault(feed.path, feed)
        return replace(result, feeds=tuple(found.values()))


class _Round:
    """One update: its answers, and at the end its result or its error."""

    def __init__(self, job: Job, sources: Sequence[AdvisorySource], need: Need) -> None:
        self.job, self.sources, self.need = job, sources, need
        self.answers: Answers | None = None
        self.result: UpdateResult | None = None
        self.error: BaseException | None = None
        self.done = threading.Event()

    @property
    def finished(self) -> tuple[UpdateResult, Answers]:
        assert self.result is not None
        assert self.answers is not None
        return self.result, self.answers


def _build_all(rounds: Sequence[_Round]) -> None:
    first = rounds[0]
    try:
        answers = still_new(first.job, _merged([round.answers for round in rounds if round.answers]))
        result = apply(first.job, answers, first.sources, _all_of([round.need for round in rounds]))
    except BaseException as error:
        for round in rounds:
            round.error = error
        return
    for round in rounds:
        round.result = result


def _merged(found: Sequence[Answers]) -> Answers:
    """Merges answers that share no answered feed; only ``wanted`` may overlap."""
    first, *others = found
    merged = replace(first)
    for answers in others:
        known = {feed.key for _, feed in merged.wanted}
        merged.wanted = [*merged.wanted, *(wanted for wanted in answers.wanted if wanted[1].key not in known)]
        merged.results = {**answers.results, **merged.results}
        merged.fetched = [*merged.fetched, *answers.fetched]
        merged.confirmed = {**merged.confirmed, **answers.confirmed}
        merged.elsewhere |= answers.elsewhere
    merged.elsewhere -= {*merged.results, *(feed.key for _, feed, _ in merged.fetched)}
    return merged


def _all_of(needs: Sequence[Need]) -> Need:
    namespaces: frozenset[str] | None = frozenset()
    for need in needs:
        namespaces = None if namespaces is None or need.namespaces is None else namespaces | need.namespaces
    return Need(namespaces, any(need.full for need in needs))

"""Several sources of advisory data as one: the database, a folder of private advisories, scores fetched for one report."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import TypeVar

from msgspec.structs import replace

from careen.model.advisory import (
    Advisory,
    DatabaseInfo,
    Epss,
    Exploited,
    LimitedSupport,
    Listed,
    Malicious,
    NamespaceInfo,
    PassedOver,
    VulnerabilityRecord,
)

from .knowledge import Knowledge

Value = TypeVar("Value")


class CombinedKnowledge:
    """Several sources of advisories as one. Lists are concatenated; for a single value, the first source that has one
    counts.
    """

    def __init__(self, parts: Iterable[Knowledge]) -> None:
        self._parts = tuple(parts)

    @cached_property
    def info(self) -> DatabaseInfo | None:
        """The description of the first database, with the sources of all."""
        known = [part.info for part in self._parts if part.info is not None]
        if len(known) < 2:
            return next(iter(known), None)
        return replace(known[0], sources=tuple(source for info in known for source in info.sources))

    def advisories(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        return _joined(part.advisories(namespace, names) for part in self._parts)

    def malicious(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Malicious, ...]]:
        return _joined(part.malicious(namespace, names) for part in self._parts)

    def namespace(self, namespace: str) -> tuple[NamespaceInfo, ...]:
        return tuple(info for part in self._parts for info in part.namespace(namespace))

    def knows(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        return frozenset().union(*(part.knows(namespace, names) for part in self._parts))

    def only_second(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        return frozenset().union(*(part.only_second(namespace, names) for part in self._parts))

    def unread(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[PassedOver, ...]]:
        return _joined(part.unread(namespace, names) for part in self._parts)

    def overruled(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        return _joined(part.overruled(namespace, names) for part in self._parts)

    def records(self, ids: Collection[str]) -> Mapping[str, tuple[VulnerabilityRecord, ...]]:
        return _joined(part.records(ids) for part in self._parts)

    def epss(self, ids: Collection[str]) -> Mapping[str, Epss]:
        return _first(part.epss(ids) for part in self._parts)

    def exploited(self, ids: Collection[str]) -> Mapping[str, Exploited]:
        return _first(part.exploited(ids) for part in self._parts)

    def end_of_life(self, namespace: str) -> str | None:
        return next((date for part in self._parts if (date := part.end_of_life(namespace))), None)

    def limited_support(self, namespace: str) -> tuple[LimitedSupport, ...]:
        return tuple(limited for part in self._parts for limited in part.limited_support(namespace))

    def listed(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Listed, ...]]:
        return _joined(part.listed(namespace, names) for part in self._parts)

    def repositories(self, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        return _first(part.repositories(names) for part in self._parts)


class FallbackKnowledge(CombinedKnowledge):
    """The statements of ``first``, and those of ``second`` about vulnerabilities that ``first`` does not have for the
    package. ``first`` is incomplete, so that a vulnerability that it lacks may still exist.
    """

    def __init__(self, first: Knowledge, second: Knowledge) -> None:
        super().__init__((first, second))
        self._best, self._second = first, second

    def advisories(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        found = self._best.advisories(namespace, names)
        return _joined((found, self._of_second(namespace, names, found, named=False)))

    def only_second(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        known = self._second.knows(namespace, names)
        return known - self._best.knows(namespace, known)

    def overruled(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        return self._of_second(namespace, names, self._best.advisories(namespace, names), named=True)

    def _of_second(
        self, namespace: str, names: Collection[str], best: Mapping[str, tuple[Advisory, ...]], *, named: bool
    ) -> dict[str, tuple[Advisory, ...]]:
        """The advisories of ``second``. With ``named``, those about vulnerabilities that ``best`` has for the package;
        otherwise the other ones.
        """
        chosen = {}
        for name, advisories in self._second.advisories(namespace, names).items():
            ids = {id for advisory in best.get(name, ()) for id in (advisory.id, *advisory.aliases)}
            kept = tuple(advisory for advisory in advisories if ids.isdisjoint((advisory.id, *advisory.aliases)) is not named)
            if kept:
                chosen[name] = kept
        return chosen


def _joined(answers: Iterable[Mapping[str, tuple[Value, ...]]]) -> Mapping[str, tuple[Value, ...]]:
    found: dict[str, tuple[Value, ...]] = defaultdict(tuple)
    for answer in answers:
        for key, values in answer.items():
            found[key] += values
    return dict(found)


def _first(answers: Iterable[Mapping[str, Value]]) -> Mapping[str, Value]:
    found: dict[str, Value] = {}
    for answer in answers:
        for key, value in answer.items():
            found.setdefault(key, value)
    return found

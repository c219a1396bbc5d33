"""A view of advisories that records which names are looked up: the verdict of a unit depends on these, and on no
others.

Results are cached from one unit to the next, because units are assessed in the order of their packages' names.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, TypeVar

from careen.database.knowledge import Knowledge
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

REPOSITORIES = "repository"  # stands for a namespace: its names are a vendor's repositories
VULNERABILITIES = ""  # stands for a namespace: its names are ids
WHOLE = ""  # stands for a name: the namespace as a whole, if nothing else of it was looked up
KEPT = 50_000  # cached results
_WEAKNESS = "CWE-"  # names with this prefix affect no verdict

Value = TypeVar("Value")
Key = tuple[str, str]  # namespace, name


class Recorded:
    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._names: defaultdict[str, set[str]] = defaultdict(set)  # by namespace
        self._namespaces: set[str] = set()
        self._kept: defaultdict[tuple[str, str], dict[str, Any]] = defaultdict(dict)  # by kind and namespace
        self._count = 0  # of cached results
        self._whole: dict[tuple[str, str], Any] = {}

    def taken(self) -> frozenset[Key]:
        """The namespaces and names that were looked up since the last call."""
        found = {
            (namespace, name)
            for namespace, names in self._names.items()
            for name in names
            if name and not name.startswith(_WEAKNESS)
        }
        found.update((namespace, WHOLE) for namespace in self._namespaces.difference(namespace for namespace, _ in found))
        self._names.clear()
        self._namespaces.clear()
        return frozenset(found)

    @property
    def info(self) -> DatabaseInfo | None:
        return self.knowledge.info

    def advisories(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        return self._of("advisories", namespace, names, partial(self.knowledge.advisories, namespace))

    def malicious(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Malicious, ...]]:
        return self._of("malicious", namespace, names, partial(self.knowledge.malicious, namespace))

    def namespace(self, namespace: str) -> tuple[NamespaceInfo, ...]:
        return self._as_whole("namespace", namespace, self.knowledge.namespace)

    def knows(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        return frozenset(self._of("knows", namespace, names, _as_mapping(partial(self.knowledge.knows, namespace))))

    def only_second(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        return frozenset(self._of("second", namespace, names, _as_mapping(partial(self.knowledge.only_second, namespace))))

    def unread(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[PassedOver, ...]]:
        self._note(namespace, names)
        return self.knowledge.unread(namespace, names)

    def overruled(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        return self._of("overruled", namespace, names, partial(self.knowledge.overruled, namespace))

    def records(self, ids: Collection[str]) -> Mapping[str, tuple[VulnerabilityRecord, ...]]:
        return self._of("records", VULNERABILITIES, ids, self.knowledge.records)

    def epss(self, ids: Collection[str]) -> Mapping[str, Epss]:
        return self._of("epss", VULNERABILITIES, ids, self.knowledge.epss)

    def exploited(self, ids: Collection[str]) -> Mapping[str, Exploited]:
        return self._of("exploited", VULNERABILITIES, ids, self.knowledge.exploited)

    def end_of_life(self, namespace: str) -> str | None:
        return self._as_whole("end_of_life", namespace, self.knowledge.end_of_life)

    def limited_support(self, namespace: str) -> tuple[LimitedSupport, ...]:
        return self._as_whole("limited", namespace, self.knowledge.limited_support)

    def listed(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Listed, ...]]:
        return self._of("listed", namespace, names, partial(self.knowledge.listed, namespace))

    def repositories(self, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        return self._of("repositories", REPOSITORIES, names, self.knowledge.repositories)

    def _note(self, namespace: str, names: Collection[str]) -> None:
        self._names[namespace].update(names)

    def _of(
        self, kind: str, namespace: str, names: Collection[str], ask: Callable[[Collection[str]], Mapping[str, Value]]
    ) -> dict[str, Value]:
        self._note(namespace, names)
        if self._count > KEPT:
            self._kept.clear()
            self._count = 0
        kept = self._kept[kind, namespace]
        missing = [name for name in names if name not in kept]
        if missing:
            kept.update(dict.fromkeys(missing))
            kept.update(ask(missing))
            self._count += len(missing)
        return {name: answer for name in sorted(names) if (answer := kept[name]) is not None}

    def _as_whole(self, kind: str, namespace: str, ask: Callable[[str], Value]) -> Value:
        self._namespaces.add(namespace)
        if (kind, namespace) not in self._whole:
            self._whole[kind, namespace] = ask(namespace)
        answer: Value = self._whole[kind, namespace]
        return answer


def _as_mapping(ask: Callable[[Collection[str]], Collection[str]]) -> Callable[[Collection[str]], Mapping[str, bool]]:
    def asked(names: Collection[str]) -> Mapping[str, bool]:
        return dict.fromkeys(ask(names), True)

    return asked

"""A view of advisories that records which names are looked up: the verdict of a unit depends on these, and on no
others.

Results are cached from one unit to the next, because units are assessed in the order of their packages' names.
"""

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
        self._names: set[Key] = set()
        self._namespaces: set[str] = set()
        self._kept: dict[tuple[str, str, str], Any] = {}
        self._whole: dict[tuple[str, str], Any] = {}

    def taken(self) -> frozenset[Key]:
        """The namespaces and names that were looked up since the last call."""
        named = {namespace for namespace, _ in self._names}
        found = frozenset(self._names).union((namespace, WHOLE) for namespace in self._namespaces - named)
        self._names.clear()
        self._namespaces.clear()
        return found

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
        self._names.update((namespace, name) for name in names if name and not name.startswith(_WEAKNESS))

    def _of(
        self, kind: str, namespace: str, names: Collection[str], ask: Callable[[Collection[str]], Mapping[str, Value]]
    ) -> dict[str, Value]:
        self._note(namespace, names)
        if len(self._kept) > KEPT:
            self._kept.clear()
        kept = self._kept
        missing = [name for name in names if (kind, namespace, name) not in kept]
        if missing:
            kept.update({(kind, namespace, name): None for name in missing})
            kept.update({(kind, namespace, name): value for name, value in ask(missing).items()})
        return {name: answer for name in sorted(names) if (answer := kept[kind, namespace, name]) is not None}

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

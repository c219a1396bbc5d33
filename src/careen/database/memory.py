"""Advisory data in memory: a folder of private advisories, or the few records of a test."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

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
    Repository,
    Support,
    VulnerabilityRecord,
)
from careen.plugins import Record

from .knowledge import answers_for_aliases, key_name

Value = TypeVar("Value")


class MemoryDatabase:
    def __init__(
        self, records: Iterable[Record], info: DatabaseInfo | None = None, known: Collection[tuple[str, str]] = ()
    ) -> None:
        """``known``: (namespace, name) of packages that count as assessed although they have no advisory."""
        self.info = info
        self._known = frozenset(known)
        self._advisories: dict[tuple[str, str], list[Advisory]] = defaultdict(list)
        self._malicious: dict[tuple[str, str], list[Malicious]] = defaultdict(list)
        self._namespaces: dict[str, list[NamespaceInfo]] = defaultdict(list)
        self._records: dict[str, list[VulnerabilityRecord]] = defaultdict(list)
        self._epss: dict[str, Epss] = {}
        self._exploited: dict[str, Exploited] = {}
        self._support: dict[str, str] = {}
        self._limited: dict[str, list[LimitedSupport]] = defaultdict(list)
        self._listed: dict[tuple[str, str], list[Listed]] = defaultdict(list)
        self._repositories: dict[str, tuple[str, ...]] = {}
        for record in records:
            match record:
                case Advisory():
                    self._advisories[record.namespace, key_name(record.namespace, record.package)].append(record)
                case Malicious():
                    self._malicious[record.namespace, key_name(record.namespace, record.package)].append(record)
                case NamespaceInfo():
                    self._namespaces[record.namespace].append(record)
                case VulnerabilityRecord():
                    for id in (record.id, *answers_for_aliases(record)):
                        self._records[id].append(record)
                case Epss():
                    self._epss[record.id] = record
                case Exploited():
                    self._exploited[record.id] = record
                case Support():
                    self._support[record.namespace] = record.end_of_life
                case LimitedSupport():
                    self._limited[record.namespace].append(record)
                case Listed():
                    self._listed[record.namespace, record.package].append(record)
                case Repository():
                    self._repositories[record.name] = record.namespaces

    def advisories(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        return _group(self._advisories, namespace, names)

    def malicious(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Malicious, ...]]:
        return _group(self._malicious, namespace, names)

    def namespace(self, namespace: str) -> tuple[NamespaceInfo, ...]:
        return tuple(self._namespaces.get(namespace, ()))

    def knows(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        return frozenset(name for name in names if (namespace, name) in self._advisories or (namespace, name) in self._known)

    def only_second(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        return frozenset()

    def unread(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[PassedOver, ...]]:
        return {}

    def overruled(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        return {}

    def records(self, ids: Collection[str]) -> Mapping[str, tuple[VulnerabilityRecord, ...]]:
        return {id: tuple(self._records[id]) for id in ids if id in self._records}

    def epss(self, ids: Collection[str]) -> Mapping[str, Epss]:
        return {id: self._epss[id] for id in ids if id in self._epss}

    def exploited(self, ids: Collection[str]) -> Mapping[str, Exploited]:
        return {id: self._exploited[id] for id in ids if id in self._exploited}

    def end_of_life(self, namespace: str) -> str | None:
        return self._support.get(namespace)

    def limited_support(self, namespace: str) -> tuple[LimitedSupport, ...]:
        return tuple(self._limited.get(namespace, ()))

    def listed(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Listed, ...]]:
        return _group(self._listed, namespace, names)

    def repositories(self, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        return {name: self._repositories[name] for name in names if name in self._repositories}


def _group(
    rows: Mapping[tuple[str, str], list[Value]], namespace: str, names: Collection[str]
) -> Mapping[str, tuple[Value, ...]]:
    return {name: tuple(rows[namespace, name]) for name in names if (namespace, name) in rows}

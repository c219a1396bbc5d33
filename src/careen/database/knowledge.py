"""What matching asks of a database, whichever way it is kept."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

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

DERIVED = "made by the mirror and not by its source"  # how the detail of a feed begins that a mirror put together

PRIVATE = "private"  # the source of the user's own advisories
FILE = "advisories.sqlite"
SHIPPED = "shipped with Careen"  # the place of the knowledge that needs no database


def database_path(cache: Path) -> Path:
    """Where the database is kept below the cache folder."""
    return cache / "database" / FILE


CATALOGUE = "kev"  # the source of what is exploited


class Knowledge(Protocol):
    """Look-ups come in bulk; what is not known is left out of the answer. Names are as ``key_name`` writes them."""

    @property
    def info(self) -> DatabaseInfo | None: ...

    def advisories(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]: ...
    def malicious(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Malicious, ...]]: ...
    def namespace(self, namespace: str) -> tuple[NamespaceInfo, ...]:
        """What each source has for this namespace; empty when no source knows it."""
        ...

    def knows(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        """Which of the names have any record there (for partial sources: the rest was not judged)."""
        ...

    def only_second(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        """Which of the names a second-best source alone knows (``combined.FallbackKnowledge``)."""
        ...

    def unread(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[PassedOver, ...]]:
        """By source: records that could not be read and may speak of these names; what they said before still counts."""
        ...

    def overruled(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        """What a second-best source says of names that a better one knows: to explain, and not to judge by."""
        ...

    def records(self, ids: Collection[str]) -> Mapping[str, tuple[VulnerabilityRecord, ...]]:
        """By id, and by the CVE that a language's database names as an alias."""
        ...

    def epss(self, ids: Collection[str]) -> Mapping[str, Epss]: ...
    def exploited(self, ids: Collection[str]) -> Mapping[str, Exploited]: ...
    def end_of_life(self, namespace: str) -> str | None: ...
    def limited_support(self, namespace: str) -> tuple[LimitedSupport, ...]:
        """Every package of a release whose security support is limited or has ended."""
        ...

    def listed(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Listed, ...]]:
        """What each index of the release has of these source packages."""
        ...

    def repositories(self, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """The namespaces that judge what came from a vendor's repository of packages."""
        ...


def knows_exploited(knowledge: Knowledge) -> bool:
    """Whether CISA's catalogue is loaded: that it does not list a vulnerability then says that it is not in it."""
    return knowledge.info is not None and any(source.name == CATALOGUE for source in knowledge.info.sources)


def key_name(namespace: str, name: str) -> str:
    """The form under which a package's advisories are kept.

    PyPI names are normalised (PEP 503: runs of ``-_.`` are one ``-``, lower case); NuGet, Packagist and the Go
    module registry's advisories are looked up in lower case. Everything else is kept as written.
    """
    if namespace == "PyPI":
        return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)
    if namespace in ("NuGet", "Packagist", "Go", "GitHub Actions"):
        return name.lower()
    return name


# Databases of languages: what they say of a flaw also holds where a distribution ships the package. What a distribution
# says (its priority, often of its own build) holds there alone.
_GENERAL = frozenset({"ghsa", "pypa", "go", "rustsec", "erlef", "haskell", "julia", "rconsortium", "drupal"})


def answers_for_aliases(record: VulnerabilityRecord) -> tuple[str, ...]:
    """The CVE for which a record answers too when it is asked for; none for a bundle of several."""
    cves = tuple(alias for alias in record.aliases if alias.startswith("CVE-"))
    return cves if len(cves) == 1 and record.source in _GENERAL else ()

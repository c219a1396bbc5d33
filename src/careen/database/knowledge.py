"""The interface of advisory data that matching uses, whichever way they are stored."""

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

DERIVED = "made by the mirror and not by its source"  # the detail of a feed that a mirror made begins with this

PRIVATE = "private"  # the source of the user's own advisories
FILE = "advisories.sqlite"


def database_path(cache: Path) -> Path:
    """Where the database is kept below the cache folder."""
    return cache / "database" / FILE


CATALOGUE = "kev"  # the source of exploited vulnerabilities


class Knowledge(Protocol):
    """Look-ups are made in bulk; unknown keys are left out of the answer. Names are as ``key_name`` writes them."""

    @property
    def info(self) -> DatabaseInfo | None: ...

    def advisories(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]: ...
    def malicious(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Malicious, ...]]: ...
    def namespace(self, namespace: str) -> tuple[NamespaceInfo, ...]:
        """What each source has for this namespace; empty if no source has it."""
        ...

    def knows(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        """The names that have any record there (for partial sources: the others were not assessed)."""
        ...

    def only_second(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        """The names that only a second-best source has (``combined.FallbackKnowledge``)."""
        ...

    def unread(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[PassedOver, ...]]:
        """Records by source that could not be read and may be about these names; their earlier editions still count."""
        ...

    def overruled(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        """The statements of a second-best source about names that a better one has: to explain, not to match."""
        ...

    def records(self, ids: Collection[str]) -> Mapping[str, tuple[VulnerabilityRecord, ...]]:
        """The records of these ids, and those whose alias in a language's database is one of these CVEs."""
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
        """The namespaces of the advisories that cover packages from a vendor's repository."""
        ...


def knows_exploited(knowledge: Knowledge) -> bool:
    """Whether CISA's catalogue is loaded: only then it is known that a vulnerability is not in it."""
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


# Databases of languages: their records of a vulnerability also hold for a distribution's package. Those of a distribution
# (its priority, often of its own build) hold only there.
_GENERAL = frozenset({"ghsa", "pypa", "go", "rustsec", "erlef", "haskell", "julia", "rconsortium", "drupal"})


def answers_for_aliases(record: VulnerabilityRecord) -> tuple[str, ...]:
    """The CVE that the record is found by too; none if the record is about several."""
    cves = tuple(alias for alias in record.aliases if alias.startswith("CVE-"))
    return cves if len(cves) == 1 and record.source in _GENERAL else ()

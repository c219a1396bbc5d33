"""The interface of advisory data for matching, independent of how the data are stored."""

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

DERIVED = "made by the mirror and not by its source"  # the beginning of the detail of a feed that a mirror made

PRIVATE = "private"  # the source of the user's own advisories
FILE = "advisories.sqlite"


def database_path(cache: Path) -> Path:
    """Where the database is kept below the cache folder."""
    return cache / "database" / FILE


CATALOGUE = "kev"  # the source of exploited vulnerabilities


class Knowledge(Protocol):
    """Advisory data. Look-ups are made in bulk; unknown keys are missing in the answer. Names are in the form of
    ``key_name``.
    """

    @property
    def info(self) -> DatabaseInfo | None: ...

    def advisories(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]: ...
    def malicious(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Malicious, ...]]: ...
    def namespace(self, namespace: str) -> tuple[NamespaceInfo, ...]:
        """Descriptions of this namespace, one from each source that covers it; empty if none does."""
        ...

    def knows(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        """The names for which any record exists. With partial sources, the other names count as not assessed."""
        ...

    def only_second(self, namespace: str, names: Collection[str]) -> frozenset[str]:
        """The names that only the second source of a ``combined.FallbackKnowledge`` contains; empty for other data."""
        ...

    def unread(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[PassedOver, ...]]:
        """Records, by source, that could not be read and may be about these names. Their earlier editions are still
        used.
        """
        ...

    def overruled(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Advisory, ...]]:
        """The statements of the second source of a ``combined.FallbackKnowledge`` about vulnerabilities that the first one
        has for the package. They explain results, but do not match.
        """
        ...

    def records(self, ids: Collection[str]) -> Mapping[str, tuple[VulnerabilityRecord, ...]]:
        """The records with these ids. For a CVE, also records of language databases that have it as an alias."""
        ...

    def epss(self, ids: Collection[str]) -> Mapping[str, Epss]: ...
    def exploited(self, ids: Collection[str]) -> Mapping[str, Exploited]: ...
    def end_of_life(self, namespace: str) -> str | None: ...
    def limited_support(self, namespace: str) -> tuple[LimitedSupport, ...]:
        """All packages of a release whose security support is limited or has ended."""
        ...

    def listed(self, namespace: str, names: Collection[str]) -> Mapping[str, tuple[Listed, ...]]:
        """The entries for these source packages in each index of the release."""
        ...

    def repositories(self, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """The namespaces of the advisories that cover packages from these repositories of vendors."""
        ...


def knows_exploited(knowledge: Knowledge) -> bool:
    """Whether CISA's catalogue is loaded. Only then a missing entry means that no exploitation is known."""
    return knowledge.info is not None and any(source.name == CATALOGUE for source in knowledge.info.sources)


def key_name(namespace: str, name: str) -> str:
    """The form of a package's name under which its advisories are stored.

    Names of PyPI are normalised (PEP 503: runs of ``-_.`` are one ``-``, lower case); names of NuGet, Packagist, Go and
    GitHub Actions are in lower case; the address of a Swift package has neither ``https://`` nor ``.git``. All other names stay
    as written.
    """
    if namespace == "PyPI":
        return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)
    if namespace in ("NuGet", "Packagist", "Go", "GitHub Actions"):
        return name.lower()
    if namespace == "SwiftURL":
        return name.removeprefix("https://").removesuffix(".git")
    return name


# Databases of languages: their records of a vulnerability also apply to a distribution's package. Records of a
# distribution (its priority, often of its own build) apply only to its packages.
_GENERAL = frozenset({"ghsa", "pypa", "go", "rustsec", "erlef", "haskell", "julia", "rconsortium", "drupal"})


def answers_for_aliases(record: VulnerabilityRecord) -> tuple[str, ...]:
    """The CVE by which the record can also be found, if it has exactly one and is from a general source; else empty."""
    cves = tuple(alias for alias in record.aliases if alias.startswith("CVE-"))
    return cves if len(cves) == 1 and record.source in _GENERAL else ()

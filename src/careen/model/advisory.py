"""Records of advisory sources: which versions of which package a vulnerability affects."""

from typing import Literal

from msgspec import Struct

Severity = Literal["critical", "high", "medium", "low", "negligible", "unknown"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "negligible", "unknown")
Status = Literal["fixed", "open", "wont_fix", "deferred", "end_of_life", "undetermined", "not_affected"]


class Range(Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """A range of versions: ``introduced <= v`` and ``v < fixed`` or ``v <= last_affected``; None is unbounded.

    ``after`` makes the lower bound exclusive (``> introduced``), which some feeds mean and OSV cannot express.
    """

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    after: bool = False


class Cvss(Struct, frozen=True, gc=False):
    source: str  # the scorer: "nvd", "ghsa", "CISA-ADP", "redhat"
    version: str  # "2.0", "3.0", "3.1", "4.0"
    vector: str
    score: float


class Import(Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """An affected package of Go. ``symbols`` are the affected functions and methods ("F", "T.M"); () if all of the package is
    affected.
    """

    path: str
    symbols: tuple[str, ...] = ()


class Advisory(Struct, frozen=True, gc=False, omit_defaults=True):
    """One source's statement about one package of one namespace.

    ``namespace`` is the OSV ecosystem of a language ("PyPI", "npm", "Maven") or ``id:release`` of a distribution, in
    the words of its os-release ("debian:12", "alpine:3.18", "almalinux:9", "ubuntu:22.04"). A version is affected if a
    range or ``versions`` contains it; an advisory with neither affects every version. With a ``pattern`` the affected
    versions are those that it describes, and the ranges only show their bounds.
    """

    id: str
    source: str
    namespace: str
    package: str
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()
    status: Status = "fixed"  # the state of the fix; "not_affected" and "undetermined" never match
    aliases: tuple[str, ...] = ()
    severity: Severity = "unknown"  # by the source itself
    fixed_versions: tuple[str, ...] = ()  # to show, if they differ from the ends of the ranges
    module: str | None = None  # the rpm module stream "name:stream", or the slot, that it is about
    arch: tuple[str, ...] = ()
    confidence: Literal["confirmed", "likely", "possible"] = "confirmed"
    url: str = ""
    systems: tuple[str, ...] = ()  # the only operating systems that it affects: "windows"; () if it names none, or Linux
    pattern: str = ""  # of ``formats.version_text.version_pattern``
    imports: tuple[Import, ...] = ()  # the affected packages of a Go module; () if it does not name them


class VulnerabilityRecord(Struct, frozen=True, gc=False, omit_defaults=True):
    """A vulnerability itself, regardless of packages."""

    id: str
    source: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    severity: Severity = "unknown"
    cvss: tuple[Cvss, ...] = ()
    published: str = ""
    cwes: tuple[str, ...] = ()


class Epss(Struct, frozen=True, gc=False):
    """Probability of exploitation within 30 days, 0..1 (FIRST EPSS)."""

    id: str
    score: float
    percentile: float


class Exploited(Struct, frozen=True, gc=False):
    """An entry of CISA's catalogue of Known Exploited Vulnerabilities."""

    id: str
    added: str
    ransomware: bool = False


class Malicious(Struct, frozen=True, gc=False):
    """A package that itself is an attack (OSV ``MAL-``). ``versions`` are the malicious ones; if empty, all are."""

    id: str
    namespace: str
    package: str
    versions: tuple[str, ...] = ()


class Support(Struct, frozen=True, gc=False):
    """The end of free security updates of a distribution's release (ISO date)."""

    namespace: str
    end_of_life: str


class LimitedSupport(Struct, frozen=True, gc=False):
    """A source package whose security support a distribution excludes or limits in one of its releases."""

    namespace: str
    package: str  # a name, or a prefix with ".*" at its end
    ended: str = ""  # ISO date; "" if support is limited, and not ended
    version: str = ""  # the last supported one
    detail: str = ""


class Listed(Struct, frozen=True, gc=False):
    """The versions of a source package that a release of a distribution offered on a day. Without versions, neither the
    release nor related releases had the package.
    """

    namespace: str
    package: str
    versions: tuple[str, ...]
    as_of: str = ""  # ISO 8601; "" in a feed, which has its own date


class Repository(Struct, frozen=True, gc=False):
    """A vendor's repository, with the namespaces whose advisories assess its packages."""

    name: str  # "rhel-9-for-x86_64-baseos-eus-rpms"
    namespaces: tuple[str, ...]


class PassedOver(Struct, frozen=True, gc=False):
    """A record of a feed, or a part of it, that cannot be read. Other records, and its previous version, are still
    used.

    ``ids``: the ids that it may have. ``namespace`` and ``package`` are set if the record seems to be about these alone.
    """

    reason: str
    ids: tuple[str, ...] = ()
    namespace: str = ""
    package: str = ""


class NamespaceInfo(Struct, frozen=True, gc=False):
    """How completely a source covers a namespace: the basis of the verdicts "assessed" and "partially assessed"."""

    namespace: str
    source: str
    records: int
    packages: int
    partial: bool = False  # the source covers only some of the packages
    unfixed: bool = False  # the source also lists vulnerabilities without a fix
    detail: str = ""


class SourceInfo(Struct, frozen=True, gc=False):
    name: str
    as_of: str  # date of the data, ISO 8601
    records: int
    fetched: str = ""
    url: str = ""
    detail: str = ""  # its description by its origin
    derived: bool = False  # a mirror derived it: it may lack records of its source
    confirmed: str = ""  # the day on which its origin confirmed that it is the newest: its age counts from there
    trouble: str = ""  # why the last refresh failed (a code of ``careen.database.checks``)


SHIPPED = "shipped with Careen"  # the path of data that need no database


class DatabaseInfo(Struct, frozen=True):
    path: str
    built: str
    sources: tuple[SourceInfo, ...] = ()

    @property
    def loaded(self) -> frozenset[str]:
        """The names of the sources that have records, without the names of their parts."""
        return frozenset(source.name.partition("/")[0] for source in self.sources if source.records)

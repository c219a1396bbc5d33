"""What sources publish about vulnerabilities: which versions of which package are affected."""

from typing import Literal

from msgspec import Struct

Severity = Literal["critical", "high", "medium", "low", "negligible", "unknown"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "negligible", "unknown")
Status = Literal["fixed", "open", "wont_fix", "deferred", "end_of_life", "undetermined", "not_affected"]


class Range(Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """``introduced <= v`` and ``v < fixed`` or ``v <= last_affected``; None is unbounded.

    ``after`` makes the lower bound exclusive (``> introduced``), which OSV cannot say but some feeds mean.
    """

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    after: bool = False


class Cvss(Struct, frozen=True, gc=False):
    source: str  # who scored: "nvd", "ghsa", "CISA-ADP", "redhat"
    version: str  # "2.0", "3.0", "3.1", "4.0"
    vector: str
    score: float


class Advisory(Struct, frozen=True, gc=False, omit_defaults=True):
    """One source's statement about one package of one namespace.

    ``namespace`` is the OSV ecosystem of a language ("PyPI", "npm", "Maven") or ``id:release`` of a distribution
    in the words of its os-release ("debian:12", "alpine:3.18", "almalinux:9", "ubuntu:22.04").
    A version is affected when a range or ``versions`` holds it; an advisory with neither affects every version.
    """

    id: str
    source: str
    namespace: str
    package: str
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()
    status: Status = "fixed"  # what the source says of the fix; "not_affected" and "undetermined" never match
    aliases: tuple[str, ...] = ()
    severity: Severity = "unknown"  # the source's own word
    fixed_versions: tuple[str, ...] = ()  # to show, where they differ from the ends of the ranges
    module: str | None = None  # rpm module stream "name:stream", or slot, that the statement is about
    arch: tuple[str, ...] = ()
    confidence: Literal["confirmed", "likely", "possible"] = "confirmed"
    url: str = ""
    systems: tuple[str, ...] = ()  # operating systems that alone it is about: "windows"; () where it names none or Linux


class VulnerabilityRecord(Struct, frozen=True, gc=False, omit_defaults=True):
    """What is known of a flaw itself, apart from packages."""

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
    """A package that is itself the attack (OSV ``MAL-``); no versions means all of them."""

    id: str
    namespace: str
    package: str
    versions: tuple[str, ...] = ()


class Support(Struct, frozen=True, gc=False):
    """Until when a distribution's release gets security updates (ISO date, free of charge)."""

    namespace: str
    end_of_life: str


class LimitedSupport(Struct, frozen=True, gc=False):
    """A source package that a distribution's security support leaves out, or covers in part, in one of its releases."""

    namespace: str
    package: str  # a name, or with ".*" at its end every name that begins so
    ended: str = ""  # ISO date; "" where support is limited, and not ended
    version: str = ""  # the last one with support
    detail: str = ""


class Listed(Struct, frozen=True, gc=False):
    """The versions of a source package that a release of a distribution offered on a day.

    No versions: the release had no such package, and neither had the releases beside it.
    """

    namespace: str
    package: str
    versions: tuple[str, ...]
    as_of: str = ""  # ISO 8601; "" in what a feed says, which has a date of its own


class Repository(Struct, frozen=True, gc=False):
    """Which products a vendor's repository of packages serves: the namespaces whose advisories judge what came from it."""

    name: str  # "rhel-9-for-x86_64-baseos-eus-rpms"
    namespaces: tuple[str, ...]


class PassedOver(Struct, frozen=True, gc=False):
    """A record of a feed that cannot be read, or a part of one: the others hold, and so does what it said before.

    ``ids``: what may be its id. ``namespace`` and ``package`` where it is known which one alone it is about.
    """

    reason: str
    ids: tuple[str, ...] = ()
    namespace: str = ""
    package: str = ""


class NamespaceInfo(Struct, frozen=True, gc=False):
    """How much a source knows of a namespace: what the words "assessed" and "partially" rest on."""

    namespace: str
    source: str
    records: int
    packages: int
    partial: bool = False  # the source knows only some of the packages
    unfixed: bool = False  # the source also lists issues without a fix
    detail: str = ""


class SourceInfo(Struct, frozen=True, gc=False):
    name: str
    as_of: str  # date of the data, ISO 8601
    records: int
    fetched: str = ""
    url: str = ""
    detail: str = ""  # what its origin says of it
    derived: bool = False  # a mirror put it together itself: it may lack what its source knows
    confirmed: str = ""  # day up to which its origin vouches that it is the newest: its age counts from there
    trouble: str = ""  # why the last refresh failed (a code of ``careen.database.checks``)


class DatabaseInfo(Struct, frozen=True):
    path: str
    built: str
    sources: tuple[SourceInfo, ...] = ()

    @property
    def loaded(self) -> frozenset[str]:
        """The names of the sources that have records, without their parts."""
        return frozenset(source.name.partition("/")[0] for source in self.sources if source.records)

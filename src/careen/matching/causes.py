"""Why packages are not, or not completely, assessed: each cause is a code with its facts, and its sentence is defined
here.

Matching decides which cause applies to which packages (``Gap``); ``reason_of`` makes the report's sentence.

Check IMG-027 shows the sentences of ``NotLoaded`` and of the causes with the code ``unknown_distribution``, and its
fingerprints contain these sentences: they must not change.
"""

from collections.abc import Collection
from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from careen.model.package import Package
from careen.model.report import Reason
from careen.output.lines import few, plural

from .reasons import purls_of


class Cause(Protocol):
    @property
    def code(self) -> str: ...

    def text(self) -> str: ...


class Gap(Struct, frozen=True):
    """Packages that are not completely assessed. ``subjects`` is what the cause concerns, in the form in which a user
    can accept it: purls, a release, or types of packages.
    """

    cause: Cause
    packages: int = 0
    subjects: tuple[str, ...] = ()


def gap_in(cause: Cause, packages: Collection[Package]) -> Gap:
    """A gap in these packages, by their purls."""
    return Gap(cause, len(packages), purls_of(packages))


def reason_of(gap: Gap) -> Reason:
    return Reason(gap.cause.code, gap.cause.text(), gap.packages, gap.subjects)


# --- no source --------------------------------------------------------------------------------------------------------


class UnknownType(Struct, frozen=True):
    code: ClassVar[str] = "no_advisories"
    type: str

    def text(self) -> str:
        return f"{self.type}: no advisory source covers this package type"


class NoPublicSource(Struct, frozen=True):
    code: ClassVar[str] = "no_source"
    type: str

    def text(self) -> str:
        return f"{self.type}: no public source has advisories"


class NotLoaded(Struct, frozen=True):
    code: ClassVar[str] = "no_advisories"
    title: str

    def text(self) -> str:
        return f"{self.title}: no feed"


class MainSourceNotLoaded(Struct, frozen=True):
    code: ClassVar[str] = "no_advisories"
    title: str
    loaded: tuple[str, ...]
    details: tuple[str, ...]

    def text(self) -> str:
        details = "; ".join(self.details) or "which covers only some packages"
        return f"{self.title}: its main source is not loaded, only {', '.join(self.loaded)}: {details}"


class PartOfRelease(Struct, frozen=True):
    """Some packages of a release are covered by partial sources only."""

    title: str
    sources: tuple[str, ...]
    known: int  # packages of the release that they cover
    kind: Literal["package", "source package"]
    covered: int  # packages of the image that they cover
    of: int
    main: bool  # a source is the distribution's own, and covers a package of the image

    @property
    def code(self) -> str:
        return "partial_source" if self.main else "no_advisories"

    def text(self) -> str:
        names = ", ".join(self.sources)
        covers = f"covers only {plural(self.known, self.kind)} of {self.title}"
        return f"{names} {covers}: {self.covered:,} of the image's {plural(self.of, 'package')}"


class UnreadRecords(Struct, frozen=True):
    code: ClassVar[str] = "partial_source"
    title: str
    source: str
    records: int
    first: str  # why the first of these records cannot be read

    def text(self) -> str:
        return (
            f"{self.title}: {plural(self.records, 'record')} of {self.source} cannot be read ({self.first}); "
            "the previous state of the database counts"
        )


class ArchiveOnly(Struct, frozen=True):
    code: ClassVar[str] = "archive_only"
    title: str
    details: tuple[str, ...]

    def text(self) -> str:
        return f"{self.title}: {'; '.join(self.details)}; vulnerabilities without a fix are unknown"


class FixedOnly(Struct, frozen=True):
    code: ClassVar[str] = "fixed_only"
    title: str
    sources: tuple[str, ...]

    def text(self) -> str:
        return f"{self.title}: {', '.join(self.sources)} lists only vulnerabilities that have a fix"


class NvdNotLoaded(Struct, frozen=True):
    code: ClassVar[str] = "partial_source"

    def text(self) -> str:
        return "software assessed by upstream versions: NVD's ranges are missing, the full `careen db update` fetches them"


# --- which distribution -----------------------------------------------------------------------------------------------


class UnnamedDistribution(Struct, frozen=True):
    code: ClassVar[str] = "unknown_distribution"
    type: str

    def text(self) -> str:
        return f"{self.type} packages, but nothing states of which distribution"


class UnknownDistribution(Struct, frozen=True):
    code: ClassVar[str] = "unknown_distribution"
    name: str
    parent: str  # the title of a known distribution that it states as its parent; "" if none

    def text(self) -> str:
        if self.parent:
            return f"{self.name}: its packages are its own builds, which {self.parent}'s advisories do not judge"
        return f"{self.name}: no feed knows it"


class OtherPackageManager(Struct, frozen=True):
    code: ClassVar[str] = "unknown_distribution"
    type: str
    title: str

    def text(self) -> str:
        return f"{self.type} packages, which are none of {self.title}"


class NoDistributionPackage(Struct, frozen=True):
    code: ClassVar[str] = "no_distribution_package"
    title: str
    types: tuple[str, ...]

    def text(self) -> str:
        return f"the image is {self.title}, but its advisories assess none of the image's {'/'.join(self.types)} packages"


class EndOfLife(Struct, frozen=True):
    code: ClassVar[str] = "end_of_life"
    title: str
    since: str

    def text(self) -> str:
        return f"{self.title} gets no security updates since {self.since}"


class UnsupportedPackages(Struct, frozen=True):
    """Source packages whose security support has ended or is limited, each with the reason."""

    title: str
    ended: bool
    packages: tuple[tuple[str, str], ...]

    SHOWN: ClassVar[int] = 5

    @property
    def code(self) -> str:
        return "package_end_of_life" if self.ended else "limited_support"

    def text(self) -> str:
        listed = ", ".join(f"{name} ({why})" for name, why in self.packages[: self.SHOWN])
        more = f" and {len(self.packages) - self.SHOWN} more" if len(self.packages) > self.SHOWN else ""
        what = "no longer provides security updates" if self.ended else "provides limited security updates"
        return f"{self.title} {what} for {listed}{more}"


# --- who built it, and under what name --------------------------------------------------------------------------------


class BuiltByThirdParty(Struct, frozen=True):
    code: ClassVar[str] = "unassessed_package"
    type: str
    title: str

    def text(self) -> str:
        return f"{self.type} packages that {self.title} did not build, and that no other source covers"


class ChangedByDerivative(Struct, frozen=True):
    code: ClassVar[str] = "unassessed_package"
    type: str
    title: str

    def text(self) -> str:
        return f"{self.type} packages that {self.title} changed, which no source covers"


class PatchedByVendor(Struct, frozen=True):
    code: ClassVar[str] = "unassessed_package"
    type: str
    vendor: str

    def text(self) -> str:
        return f"{self.type} packages patched by {self.vendor}, whose advisories are not in the database"


class SourceNotStated(Struct, frozen=True):
    code: ClassVar[str] = "unassessed_package"
    title: str

    def text(self) -> str:
        return f"{self.title}: packages whose source package is not stated, while advisories name source packages"


class KspliceBuilds(Struct, frozen=True):
    code: ClassVar[str] = "unassessed_package"
    title: str

    def text(self) -> str:
        return f"{self.title}: builds for Ksplice, which the advisories of a rebuild do not cover"


class UnknownStreams(Struct, frozen=True):
    code: ClassVar[str] = "partial_source"
    title: str
    of: str
    streams: tuple[str, ...]

    def text(self) -> str:
        return f"{self.title}: packages of module streams that {self.of} has no advisory of: {few(self.streams)}"


class ModuleWithoutLabel(Struct, frozen=True):
    code: ClassVar[str] = "unassessed_package"

    def text(self) -> str:
        return "rpm packages of a module whose label is missing, so that its stream is unknown"


class UnstatedStreams(Struct, frozen=True):
    code: ClassVar[str] = "unassessed_package"
    title: str
    names: tuple[str, ...]

    def text(self) -> str:
        return f"{self.title}: packages of modules, without a line that enables one of their streams: {few(self.names)}"


class MavenWithoutGroup(Struct, frozen=True):
    code: ClassVar[str] = "unassessed_package"

    def text(self) -> str:
        return "maven packages of an unknown group, which no advisory can name"


class GuessedNames(Struct, frozen=True):
    code: ClassVar[str] = "unassessed_package"
    names: tuple[str, ...]

    def text(self) -> str:
        return f"Java archives with guessed names that match no advisory source: {few(self.names)}"


class UnknownSoftware(Struct, frozen=True):
    code: ClassVar[str] = "unassessed_package"
    titles: tuple[str, ...]

    def text(self) -> str:
        return f"no source covers their software: {few(self.titles)}"


class IncomparableVersions(Struct, frozen=True):
    code: ClassVar[str] = "unassessed_package"
    type: str
    versions: tuple[tuple[str, str], ...]  # names and versions

    def text(self) -> str:
        examples = [f"{name} {version!r}" if version else f"{name} has none" for name, version in self.versions]
        return f"{self.type}: versions that cannot be compared: {few(examples)}"


class NotInAnIndex(Struct, frozen=True):
    code: ClassVar[str] = "no_index"

    def text(self) -> str:
        return "packages without the mark of the distribution's builds, and no index of the release to look them up in"


class UncertainBuilder(Struct, frozen=True):
    code: ClassVar[str] = "no_index"

    def text(self) -> str:
        return "packages in versions that their release does not offer, and no index shows who built them"


# --- packages with an owner -------------------------------------------------------------------------------------------


class NoChangelog(Struct, frozen=True):
    code: ClassVar[str] = "no_changelog"

    def text(self) -> str:
        return (
            "language packages of the distribution, whose changelogs the image does not have: they would show "
            "whether it fixed their vulnerabilities, which are possible findings"
        )


class CutOffChangelog(Struct, frozen=True):
    code: ClassVar[str] = "no_changelog"

    def text(self) -> str:
        return (
            "language packages of the distribution, whose changelogs are cut off: what is missing may name "
            "their vulnerabilities as fixed, which are possible findings"
        )


# --- whose advisories -------------------------------------------------------------------------------------------------


class UnknownRepositories(Struct, frozen=True):
    code: ClassVar[str] = "unknown_channel"
    names: tuple[str, ...]

    def text(self) -> str:
        return f"repositories of unknown products, whose packages the release's advisories assess: {few(self.names)}"


class StandIn(Struct, frozen=True):
    code: ClassVar[str] = "stand_in"
    title: str
    of: str
    beside: bool  # there are advisories of its own too

    def text(self) -> str:
        how = "a rebuild with the same versions" if self.beside else "whose versions its packages have"
        return f"{self.title}: also assessed by the advisories of {self.of}, {how}"


class NewerRelease(Struct, frozen=True):
    code: ClassVar[str] = "stand_in"
    title: str

    def text(self) -> str:
        return f"packages in versions of a newer release: assessed by the advisories of {self.title}"

"""The verdict of a unit, and how the verdicts of an image's units combine.

Most of a verdict adds up, with three exceptions. An image is reported as without packages of its distribution only if
none of its units has an assessed one. A source that covers some packages of the image leaves the others partly
assessed, not unassessed. Code that is known by its content adds no reason that the other packages have already.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from careen.matching.by_origin import MISSING
from careen.matching.match import Matched
from careen.model.finding import Suppressed, Vulnerability
from careen.model.inventory import Inventory
from careen.model.reasons import effect_of
from careen.safety.typed import from_msgpack

NO_PACKAGE_OF_RELEASE = "no_distribution_package"


class Gap(Struct, frozen=True, array_like=True):
    """A reason of ``careen.model.report``, without its sentence."""

    code: str
    packages: int
    subjects: tuple[str, ...] = ()


class Verdict(Struct, frozen=True, array_like=True):
    """The verdict of a unit. ``found`` and ``fixed`` have one finding for each vulnerability and package."""

    found: tuple[Vulnerability, ...] = ()
    fixed: tuple[Suppressed, ...] = ()
    gaps: tuple[Gap, ...] = ()
    assessed: int = 0
    namespaces: tuple[str, ...] = ()
    by_release: bool = False
    sampled: tuple[tuple[str, int], ...] = ()
    by_content: bool = False  # its packages are identified by their content
    third_parties: tuple[str, ...] = ()  # purls of packages that a third party built, according to an index

    @property
    def is_lowered(self) -> bool:
        """Whether an image with this unit is not completely assessed."""
        return any(effect_of(gap.code) != "information" for gap in self.gaps)

    @property
    def codes(self) -> str:
        return " ".join(sorted({gap.code for gap in self.gaps}))


class Together(Struct, frozen=True):
    packages: dict[str, int]  # number of packages for the code of each reason
    assessed: int
    namespaces: frozenset[str]


def verdict_of(matched: Matched, inventory: Inventory) -> Verdict:
    gaps = tuple(Gap(reason.code, reason.packages, reason.subjects) for reason in matched.reasons)
    return Verdict(
        matched.findings,
        matched.fixed,
        gaps,
        matched.assessed,
        matched.namespaces,
        matched.by_release,
        matched.sampled,
        any(package.origin for package in inventory.packages),
        matched.third_parties,
    )


def together(verdicts: Sequence[Verdict]) -> Together:
    counts = Counter[str]()
    for verdict in verdicts:
        for gap in _counting(verdict, verdicts):
            counts[gap.code] += gap.packages
    namespaces = frozenset(namespace for verdict in verdicts for namespace in verdict.namespaces)
    if any(verdict.by_release for verdict in verdicts):
        counts.pop(NO_PACKAGE_OF_RELEASE, None)
    for namespace, packages in (sampled for verdict in verdicts for sampled in verdict.sampled):
        if namespace in namespaces:
            counts["no_advisories"] -= packages
            counts["partial_source"] += packages
    return Together(
        {code: counts[code] for code in counts if counts[code]}, sum(verdict.assessed for verdict in verdicts), namespaces
    )


def packed(verdict: Verdict) -> bytes:
    """The encoded verdict without its findings, which have their own rows."""
    return msgspec.msgpack.encode(msgspec.structs.replace(verdict, found=()))


def unpacked(data: bytes) -> Verdict:
    return from_msgpack(data, Verdict) if data else Verdict()


def _counting(verdict: Verdict, verdicts: Sequence[Verdict]) -> Iterable[Gap]:
    if not verdict.by_content:
        return verdict.gaps
    known = {(gap.code, gap.subjects) for other in verdicts if not other.by_content for gap in other.gaps}
    return (gap for gap in verdict.gaps if gap.code not in MISSING or (gap.code, gap.subjects) not in known)

"""The report: what was scanned, what was found, what was not assessed, and the verdict."""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct
from msgspec.structs import replace

from .advisory import DatabaseInfo
from .behaviour import BehaviourSummary
from .exposure import AttackPaths
from .finding import Finding, Suppressed
from .image import BaseImage, Image
from .inventory import Inventory, Unknown
from .plan import Plan
from .reasons import Effect, effect_of


class Reason(Struct, frozen=True):
    """Why the coverage is not complete: no_advisories, end_of_life, unknown_distribution, unassessed_package,
    partial_program, partial_source, stale_source, unscored, unreadable, shadowed_database, no_database …

    Programs use ``code``, readers ``detail``. ``subjects``: what the reason is about, in the form of ``--accept``: a
    package type, a release ("debian-12"), purls, or paths of the image.
    """

    code: str
    detail: str
    packages: int = 0
    subjects: tuple[str, ...] = ()


class Accepted(Struct, frozen=True):
    """A reason of the coverage, or a part of it, that the user accepts: with ``--accept`` or an entry of an ignore
    file.

    ``subjects`` are the subjects of the reason that the entry covers; ``source`` is the flag, or the file and line.
    """

    code: str
    subjects: tuple[str, ...]
    source: str
    reason: str = ""
    owner: str | None = None
    expires: str | None = None


class Coverage(Struct, frozen=True):
    """The coverage of a scan. ``packages`` counts all packages, ``assessed_packages`` those that an advisory source covers.
    ``data_of`` is the date of the oldest data that assessed a package. ``reasons`` excludes ``accepted`` ones. ``unfetched``
    are ids of findings without a severity whose scores were never fetched; ``without_lifecycle`` is a release whose end of life
    is unknown.
    """

    verdict: Literal["assessed", "partially_assessed", "not_assessed"]
    reasons: tuple[Reason, ...]
    files: int
    unowned_executables: int
    packages: int = 0
    assessed_packages: int = 0
    data_of: str | None = None
    accepted: tuple[Accepted, ...] = ()
    unfetched: tuple[str, ...] = ()
    without_lifecycle: str = ""

    def with_reasons(self, *reasons: Reason) -> "Coverage":
        """The coverage with the reasons added. A reason of any effect other than information makes ``assessed``
        ``partially_assessed``.
        """
        lowers = self.verdict == "assessed" and any(effect_of(reason.code) != "information" for reason in reasons)
        verdict = "partially_assessed" if lowers else self.verdict
        return replace(self, verdict=verdict, reasons=(*self.reasons, *reasons)) if reasons else self

    def gravest_first(self) -> "Coverage":
        """The coverage with its reasons sorted by their effect on gates, and then by how much they leave unassessed."""
        return replace(self, reasons=tuple(sorted(self.reasons, key=_weight)))


def _weight(reason: Reason) -> tuple[bool, int, int]:
    """A sort key of reasons. A layer that could not be read comes first, because it may contain anything."""
    is_layer = reason.code == "unreadable" and any(not subject.startswith("/") for subject in reason.subjects)
    return (not is_layer, get_args(Effect).index(effect_of(reason.code)), -max(reason.packages, len(reason.subjects)))


class FailedBy(Struct, frozen=True):
    """Why a rule failed: how many findings or reasons, and the first of them: ids, or codes with their subject."""

    count: int
    first: tuple[str, ...]


class Rule(Struct, frozen=True):
    """A rule of the verdict. ``not_counted``: how many findings meet the condition and are excluded, by cause: possible,
    declared, in_grace, in_base, not_new, or their kind (misconfiguration, integrity, licence, behaviour) if the rule does
    not name it. ``why``: the cause of failure in a sentence, if the rule's name does not state it.
    """

    rule: str
    passed: bool
    failed_by: FailedBy | None = None
    not_counted: dict[str, int] = {}
    why: str = ""


class PlatformState(Struct, frozen=True):
    """The result for one platform of a multi-platform image; ``reason``: why it has no report."""

    platform: str
    coverage: Literal["assessed", "partially_assessed", "not_assessed"]
    reason: str = ""


class Verdict(Struct, frozen=True):
    passed: bool
    exit_code: Annotated[int, Meta(extra_json_schema={"enum": [0, 1, 3]})]
    rules: tuple[Rule, ...] = ()
    platforms: tuple[PlatformState, ...] = ()  # if all platforms of an image were scanned


Status = Literal["pass", "fail", "not_assessed"]


class Control(Struct, frozen=True):
    """A control of a benchmark or standard. ``checks`` (ids, or kinds of findings) prove it; ``failed`` are the checks with
    findings. ``findings`` counts the findings of all of them, ``suppressed`` the suppressed findings. ``reason``: why the
    control was not assessed.
    """

    id: str
    title: str
    status: Status
    checks: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    findings: int = 0
    suppressed: int = 0
    reason: str = ""


class Compliance(Struct, frozen=True):
    name: str
    title: str
    controls: tuple[Control, ...]


# Why a finding of the baseline is gone: its package was removed, another version replaced it, no advisory names the
# vulnerability any more, or a rule suppresses it now.
Departure = Literal["removed", "upgraded", "withdrawn", "suppressed"]


class Gone(Struct, frozen=True):
    finding: Finding
    why: Departure


class Comparison(Struct, frozen=True):
    """The comparison with an earlier report. ``new`` counts the findings that have a ``change``."""

    baseline: str
    new: int
    same: int
    gone: tuple[Gone, ...]


class Report(Struct, frozen=True):
    created: str
    image: Image
    inventory: Inventory
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    unknowns: tuple[Unknown, ...]
    coverage: Coverage
    verdict: Verdict
    database: DatabaseInfo | None
    end_of_life: str | None = None  # date of the distribution's end of support, if known
    compliance: Compliance | None = None
    base: BaseImage | None = None
    base_excluded: bool = False  # the gates excluded the base image
    compared: Comparison | None = None  # with the baseline, if one is given
    behaviour: BehaviourSummary | None = None  # signs of risk that no advisory names; None: there are no files to examine
    plan: Plan | None = None  # what removes the vulnerabilities; None if there are none
    exposure: AttackPaths | None = None  # through the files of --exposure; None without

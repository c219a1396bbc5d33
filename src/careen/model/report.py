"""The whole answer: what was looked at, what was found, what was not assessed, and the verdict."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from .advisory import DatabaseInfo
from .finding import Finding, Suppressed
from .image import BaseImage, Image
from .inventory import Inventory, Unknown
from .reasons import effect_of


class Reason(Struct, frozen=True):
    """Why an answer is not complete: no_advisories, end_of_life, unknown_distribution, unassessed_package,
    partial_source, stale_source, unscored, unreadable, shadowed_database, no_database …

    ``code`` decides, ``detail`` is for people. ``subjects`` names what the reason is about, as ``--accept`` names it:
    a package type, a release ("debian-12"), purls, or paths of the image.
    """

    code: str
    detail: str
    packages: int = 0
    subjects: tuple[str, ...] = ()


class Accepted(Struct, frozen=True):
    """A reason of the coverage, or a part of it, that the user vouches for: an ``--accept`` or an entry of an ignore file.

    ``subjects`` are those that the entry covers; ``source`` is the flag, or the file and line."""

    code: str
    subjects: tuple[str, ...]
    source: str
    reason: str = ""
    owner: str | None = None
    expires: str | None = None


class Coverage(Struct, frozen=True):
    """``packages`` counts all, ``assessed_packages`` those that a source of advisories speaks for; ``data_of`` is the
    date of the oldest data that assessed one of them; ``reasons`` leaves out what is ``accepted``; ``unfetched`` are ids of
    findings without a severity whose scores were never fetched; ``without_lifecycle`` is a release of which no data tells
    whether it still gets security updates."""

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
        """With one more reason that is not merely information, not everything is assessed."""
        lowers = self.verdict == "assessed" and any(effect_of(reason.code) != "information" for reason in reasons)
        verdict = "partially_assessed" if lowers else self.verdict
        return replace(self, verdict=verdict, reasons=(*self.reasons, *reasons)) if reasons else self


class FailedBy(Struct, frozen=True):
    """What a rule failed by: how many, and the first of them: ids of findings, or codes with what they are about."""

    count: int
    first: tuple[str, ...]


class Rule(Struct, frozen=True):
    """``not_counted``: findings that the rule would catch and does not look at, by why: possible, declared,
    misconfiguration, in_grace, in_base, not_new. ``why`` says in a sentence what failed, where the rule's name does not."""

    rule: str
    passed: bool
    failed_by: FailedBy | None = None
    not_counted: dict[str, int] = {}
    why: str = ""


class PlatformState(Struct, frozen=True):
    """What became of one platform of a multi-platform image; ``reason`` says why it has no report."""

    platform: str
    coverage: Literal["assessed", "partially_assessed", "not_assessed"]
    reason: str = ""


class Verdict(Struct, frozen=True):
    passed: bool
    exit_code: int
    rules: tuple[Rule, ...] = ()
    platforms: tuple[PlatformState, ...] = ()  # where all of an image were to be scanned


Status = Literal["pass", "fail", "not_assessed"]


class Control(Struct, frozen=True):
    """A control of a benchmark or standard. ``checks`` prove it (ids, or kinds of findings), ``failed`` are those of them
    that found something: ``findings`` of it, beside ``suppressed`` ones; ``reason`` why it was not assessed."""

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
    end_of_life: str | None = None  # date of the distribution's end of support, where known
    compliance: Compliance | None = None
    base: BaseImage | None = None
    base_excluded: bool = False  # the gates did not look at what came with the base image

"""What was not assessed, and why; what the user accepts; what to do next."""

import shlex
from collections.abc import Iterator

from careen.model.reasons import effect_of
from careen.model.report import Reason, Report
from careen.output.escape import visible
from careen.output.lines import fit, plural, wrapped
from careen.plugins import ReportOptions

from .lines import NO_BREAK, NOT_IMAGES, Line, prose_width

MAX_UNKNOWNS = 10
MAX_REFERENCE = 300  # characters; a longer one cannot be typed
HEADINGS = {"not_assessed": "Not assessed", "partially_assessed": "Assessed in part only", "assessed": "Worth knowing"}
DATABASE = "keep the package database in the image, or scan the image before it is slimmed or flattened"
# What to do about a gap in the coverage, by the code of the reason.
NEXT_STEPS = {
    "no_database": "careen db update, or --advisories DIR for advisories of your own",
    "no_advisories": "careen db update, or --advisories DIR for advisories of your own",
    "archive_only": "careen db update, if the distribution's own tracker can be reached",
    "unread_archive": "--archive URL|DIR names another archive; --archive-hosts HOST allows an archive inside your network",
    "partial_source": "careen db update, if the sources have more by now",
    "stale_source": "careen db update, or --db-max-age DAYS|off to accept older data",
    "no_exploit_data": "careen db update",
    "no_lifecycle_data": "careen db update",
    "refresh_failed": "careen db update shows the reason",
    "unscored": "--unknown-as SEVERITY sets how --fail-on counts findings without a severity",
    "end_of_life": "move to a supported release: this one gets no fixes",
    "unknown_distribution": "docs/coverage.md lists the supported distributions",
    "unreadable": "careen scan REFERENCE --debug, which shows details of each file",
    "shadowed_database": DATABASE,
    "no_package_database": DATABASE,
    "no_distribution_package": "--all lists the packages; --accept no_distribution_package:RELEASE accepts them",
    "no_assessed_package": "write the SBOM with a tool that states package URLs; --accept no_assessed_package accepts it",
    "unidentified_files": "--all lists them; --accept unidentified_files:PATH vouches for files of your own",
    "modified_package": "SUP-001 and SUP-002 name the files; build the change into a package of your own",
    "origin_version_unknown": "careen origin build --kb DIR --from PROJECT for each, then --origin-kb DIR names the version",
    "partial_program": "build with cargo auditable; --accept partial_program:PATH vouches for a program of your own",
    "unpinned": "pin versions: unpinned packages can only be assessed after the build, with careen scan",
    "as_of_today": "pin versions: the build may install other versions",
    "unread_manifest": "--context DIR names the build context, if it is not the Dockerfile's folder",
    "unresolved": "use a file name with the version, or --resolve --resolve-hosts HOST to read it from the file",
    "untrusted_rules": "review them; --vex FILE and --ignore-file FILE apply a copy, --image-vex the image's own VEX",
    "attached_unread": "--referrers asks the registry about an image named as registry:NAME, without --offline",
    "container_files": "careen check REFERENCE, for misconfigurations and for what a build will install",
    "no_packages": "check the reference: does this image contain a package database or an application?",
}
OF_FOLDER = (
    "careen check REFERENCE, which reads Dockerfiles, Compose files and Kubernetes manifests; careen scan reads packages and "
    "lock files"
)


def coverage_lines(report: Report, options: ReportOptions) -> Iterator[Line]:
    coverage = report.coverage
    if coverage.reasons or report.unknowns or (coverage.verdict != "assessed" and not coverage.accepted):
        yield [(HEADINGS[coverage.verdict], "bold yellow")]
        yield from _reasons(report, options)
        yield from _unknowns(report, options)
        for step in next_steps(report, options):
            yield from _item(step, options, "next:")
        yield []
    if coverage.accepted:
        yield [("Accepted, not assessed", "bold")]
        yield from _accepted(report, options)
        yield []


def _reasons(report: Report, options: ReportOptions) -> Iterator[Line]:
    of_unknowns = {unknown.code for unknown in report.unknowns}
    # The unknowns are listed, each with its own reason.
    reasons = [reason for reason in report.coverage.reasons if reason.code not in of_unknowns]
    shown = [reason for reason in reasons if options.verbose or reason.code in NEXT_STEPS or _matters(reason)]
    for reason in shown:
        count = f" ({plural(reason.packages, 'package').replace(' ', NO_BREAK)})" if reason.packages else ""
        yield from _item(visible(reason.detail) + count, options)
        if options.verbose and len(reason.subjects) > 1:
            yield from ([(f"      {visible(subject)}", "dim")] for subject in reason.subjects)
    if left := len(reasons) - len(shown):
        yield from _item(f"{plural(left, 'note')} on packages that were assessed (--all lists them)", options)


def _matters(reason: Reason) -> bool:
    return effect_of(reason.code) != "information"


def _unknowns(report: Report, options: ReportOptions) -> Iterator[Line]:
    shown = report.unknowns if options.verbose else report.unknowns[:MAX_UNKNOWNS]
    for unknown in shown:
        path = fit(visible(unknown.evidence.path), options.width, 6)
        layer = "" if report.image.kind in NOT_IMAGES else f" (layer{NO_BREAK}{unknown.evidence.layer})"
        yield from _item(f"{path}{layer}: {visible(unknown.reason, 300)}", options)
    if left := len(report.unknowns) - len(shown):
        yield from _item(f"{left} more files that could not be read (--all lists them)", options)


def next_steps(report: Report, options: ReportOptions) -> list[str]:
    """What to do about the gaps, in the order of the reasons; commands with the flags that they need."""
    codes = dict.fromkeys(reason.code for reason in report.coverage.reasons)
    if report.image.kind in NOT_IMAGES:
        codes.pop("unreadable", None)
    if "no_packages" in codes:
        codes.pop("stale_source", None)  # newer advisories would be about nothing
        codes.pop("container_files", None)  # the step for a folder without packages names the same command
    steps = dict.fromkeys(NEXT_STEPS[code] for code in codes if code in NEXT_STEPS)
    if "no_packages" in codes and report.image.kind == "directory":
        steps = {OF_FOLDER if step == NEXT_STEPS["no_packages"] else step: None for step in steps}
    return [as_typed(step, report, options) for step in steps]


def as_typed(step: str, report: Report, options: ReportOptions) -> str:
    """The step. If it begins with a command, the part before its first comma gets the name of the image and the flags of this
    scan.
    """
    command, comma, rest = step.partition(", ")
    if not command.startswith("careen "):
        return step
    reference = report.image.reference
    name = shlex.quote(visible(reference)) if len(reference) <= MAX_REFERENCE else "REFERENCE"
    flags = next((options.again[start] for start in options.again if command.startswith(start)), "")
    return f"{command.replace('REFERENCE', name)} {flags}".rstrip() + comma + rest


def _accepted(report: Report, options: ReportOptions) -> Iterator[Line]:
    for entry in report.coverage.accepted:
        subjects = [visible(subject, 200) for subject in entry.subjects]
        shown = subjects if options.verbose else subjects[:3]
        more = f" and {len(subjects) - len(shown)} more" if len(subjects) > len(shown) else ""
        code = visible(entry.code, 60)
        what = f"{code}: {', '.join(shown)}{more}" if subjects else code
        why = f" ({visible(entry.reason, 200)})" if entry.reason else ""
        yield from _item(f"{what}{why}, by {visible(entry.source, 200)}", options)


def _item(text: str, options: ReportOptions, mark: str = "-") -> Iterator[Line]:
    for index, part in enumerate(wrapped(text, prose_width(options) - len(mark) - 3)):
        yield [("  " + (mark if index == 0 else " " * len(mark)) + " " + part.replace(NO_BREAK, " "), "")]

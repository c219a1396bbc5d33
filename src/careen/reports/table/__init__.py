"""The report for people: what to look at first, what mends it, and what was not assessed.

Lines are laid out here for ``options.width`` columns, the same with and without colour; 0 is a pipe, which gets names and
paths whole.
Vulnerabilities are grouped by source package, groups and rows sorted by risk; secrets and faults of configuration by
file, in the order of lines. No sentence claims an absence of flaws that
nobody looked for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from careen.formats.images.base import base_of
from careen.model.advisory import SEVERITIES
from careen.model.finding import ExposedSecret, Finding, Misconfiguration, Vulnerability
from careen.model.image import BaseImage
from careen.model.package import Package
from careen.model.report import Report
from careen.output.escape import columns, shorten, visible
from careen.output.lines import fit, plural, wrapped
from careen.output.outcome import exit_line, reach, rule_line
from careen.output.summary import (
    FIX_STATES,
    build_step,
    by_severity,
    by_severity_and_fix,
    in_base,
    merged,
    misconfigurations,
    secrets,
    vulnerabilities,
)
from careen.plugins import Reporter, ReportOptions

from .attached import attached_lines
from .controls import control_lines

Span = tuple[str, str]  # text, style
Line = list[Span]

STYLES = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "negligible": "dim",
    "unknown": "magenta",
}
STATES = {
    "fixed": "fixed",
    "open": "no fix yet",
    "wont_fix": "won't fix",
    "deferred": "deferred",
    "end_of_life": "end of life",
    "unknown": "fix unknown",
}
# What to do about an incomplete answer, by the code of the reason.
NEXT_STEPS = {
    "no_database": "careen db update, or --advisories DIR for advisories of your own",
    "no_advisories": "careen db update, or --advisories DIR for advisories of your own",
    "archive_only": "careen db update, where the distribution's own tracker can be reached",
    "unread_archive": "--archive URL|DIR names another; --archive-hosts HOST lets an image name one inside a network",
    "partial_source": "careen db update, where the sources know more by now",
    "stale_source": "careen db update; --db-max-age DAYS|off where older data will do",
    "no_exploit_data": "careen db update",
    "no_lifecycle_data": "careen db update",
    "refresh_failed": "careen db update says why",
    "unscored": "--unknown-as SEVERITY says how --fail-on is to count them",
    "end_of_life": "move to a supported release: nobody publishes fixes for this one",
    "unknown_distribution": "docs/coverage.md names the distributions that have a feed",
    "unreadable": "careen scan --debug says more of each file",
    "shadowed_database": "keep the package database in the image, or judge the image before it is slimmed",
    "no_package_database": "scan the image before it is slimmed or flattened, or keep the package database in it",
    "no_distribution_package": "--verbose lists the packages; --accept no_distribution_package:RELEASE vouches for them",
    "unidentified_files": "--verbose lists them; --accept unidentified_files:PATH vouches for your own",
    "unpinned": "pin versions: what is not pinned can only be judged after the build, with careen scan",
    "as_of_today": "pin versions: the day of the build may bring others",
    "unread_manifest": "--context DIR names the build context, where it is not the Dockerfile's folder",
    "unresolved": "name a file whose name holds the version, or --resolve --resolve-hosts HOST to read what it says itself",
    "untrusted_rules": "read them; --vex FILE and --ignore-file FILE apply a copy, --image-vex the VEX in and beside the image",
    "attached_unread": "--referrers asks the registry of an image that is named as registry:NAME, without --offline",
    "no_packages": "check the reference: is there a package database, or an application, in this image?",
}
DISTRIBUTED = ("deb", "rpm", "apk")
# Packages of the kernel's sources, as distributions and their clouds call them; "linux-pam" and others are none.
KERNEL = re.compile(
    r"linux|kernel|linux-glibc-devel|kernel-.+|linux-(?:libc-dev|headers|kbuild|signed|hwe|image|modules|lts|virt|rpi|tools|source"
    r"|compiler|cloud|buildinfo|aws|azure|gcp|gke|gkeop|ibm|kvm|lowlatency|oem|oracle|raspi|riscv|intel|nvidia|xilinx)(?:-.+)?"
)
TOGETHER = "\u00a0"  # between words that stay on one line; in text of others it is escaped by then
OUTSIDE = ("files", "containers")  # what was looked at is no image
PROSE = 100  # columns; longer lines of prose are hard to read, in a pipe too
SUPPRESSED = {
    "ignore": "an ignore rule",
    "comment": "a comment in the file",
    "vex": "a VEX statement",
    "fix_state": "--ignore-unfixed",
    "severity": "--severity",
}
MAX_LAYERS = 12  # whose steps are told
ROW = "  {:>5}  {:<10}  {:<{width}}  {:<5}  {:<7}  "
INDENT = " " * 9  # where the severity stands in a row


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    lines = [*_header(report, options)]
    if report.compliance is None or options.verbose:
        lines += [*_findings(report, options), *_faults(report, options), *_summary(report, options)]
    if report.compliance is not None:
        lines += control_lines(report.compliance, options.width or PROSE, options.verbose)
    lines += [*_not_assessed(report, options), *_accepted(report, options), *_verdict(report, options)]
    if options.color:
        _draw(lines, stream)
    else:
        stream.writelines("".join(text for text, _ in line).rstrip() + "\n" for line in lines)


def _draw(lines: list[Line], stream: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*line), soft_wrap=True)


# --- what was looked at ---------------------------------------------------------------------------------------------


def _header(report: Report, options: ReportOptions) -> Iterator[Line]:
    image, inventory = report.image, report.inventory
    yield [(fit(visible(image.reference), options.width), "bold")]
    if image.opened:
        yield [(fit(f"  opened as {visible(image.opened)}", options.width), "dim")]
    if image.digest:
        yield [(f"  {image.digest}", "dim")]
    if image.kind in OUTSIDE:
        yield [(f"  {plural(report.coverage.files, image.kind.removesuffix('s'))} checked", "")]
        if inventory.packages:
            pinned = sum(package.version != "" for package in inventory.packages)
            yield [(f"  {plural(len(inventory.packages), 'package')} will be installed, {pinned:,} of a known version", "")]
        yield []
        return
    platform = f"{image.platform}, " if image.platform else ""
    if distribution := inventory.distribution:
        name = visible(platform + (distribution.pretty_name or f"{distribution.id} {distribution.version}".strip()), 200)
        support = f", supported until {report.end_of_life}" if report.end_of_life else ""
        if report.end_of_life and report.end_of_life < report.created[:10]:
            support = f", out of support since {report.end_of_life}"
        for part in wrapped(name + support, _prose(options) - 2):
            yield [("  " + part, "")]
    else:
        yield [(f"  {platform}no distribution recognised", "")]
    if base := report.base or base_of(image):
        yield [(fit(f"  {_base(base)}", options.width), "")]
    if image.attached is not None:
        for told in attached_lines(image.attached):
            for part in wrapped(told, _prose(options) - 2):
                yield [("  " + part, "")]
    packages = merged(inventory.packages)
    kinds: dict[str, int] = {}
    for _, package in packages:
        kinds[package.type] = kinds.get(package.type, 0) + 1
    by_kind = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items(), key=lambda one: (-one[1], one[0])))
    what = f"{plural(len(image.layers), 'layer')}, " if image.layers else ""
    text = f"{what}{plural(inventory.files, 'file')}, {plural(len(packages), 'package')}" + (f": {by_kind}" if by_kind else "")
    for part in wrapped(text, _prose(options) - 2):
        yield [("  " + part, "")]
    if report.database and (days := sorted(source.as_of[:10] for source in report.database.sources if source.as_of)):
        span = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
        yield [(f"  advisories of {visible(span)}", "")]
    yield []


def _base(base: BaseImage) -> str:
    layers = "" if not base.layers else "layer 0" if base.layers == 1 else f"layers 0 to {base.layers - 1}"
    if base.reference is None:
        return f"{layers} of its base image, as its history says"
    told = f" ({layers})" if layers else ""
    return f"based on {visible(base.reference, 200)}{told}" + ("" if base.how == "known layers" else ", as its label says")


# --- what was found -------------------------------------------------------------------------------------------------


def _findings(report: Report, options: ReportOptions) -> Iterator[Line]:
    listed = [one for one in vulnerabilities(report.findings) if _listed(one, options)]
    package_by_purl = {package.purl: package for package in report.inventory.packages}
    groups: dict[tuple[str, str, str], list[Vulnerability]] = {}
    for finding in listed:
        groups.setdefault(_group(finding, package_by_purl.get(finding.package)), []).append(finding)
    width = max([len("VULNERABILITY"), *(min(columns(visible(one.id)), 19) for one in listed)])
    if groups:
        yield [(ROW.format("RISK", "SEVERITY", "VULNERABILITY", "LAYER", "EXPLOIT", width=width) + "FIXED IN", "dim")]
    for (name, version, kind), findings in groups.items():
        yield _title(name, version, kind, findings, options)
        yield from _rows(name, findings, width, options)
    if any(one.kev or one.epss for one in listed):
        legend = "EXPLOIT: KEV, it is exploited already; %, how likely within 30 days (EPSS)"
        yield [(legend, "dim")]
    yield from _layers(report, listed, options)
    if groups:
        yield []


def _layers(report: Report, listed: Sequence[Vulnerability], options: ReportOptions) -> Iterator[Line]:
    """The step that made each layer of the rows: the line of the Dockerfile, where one was given."""
    numbers = sorted({one.layer for one in listed if one.layer is not None})
    known = {layer.index: layer for layer in report.image.layers}
    for number in numbers if options.verbose else numbers[:MAX_LAYERS]:
        layer = known.get(number)
        if layer is None:
            continue
        where = f"{layer.instruction.path}:{layer.instruction.line}  " if layer.instruction else ""
        step = build_step(layer.created_by)
        if where or step:
            text = f"LAYER {number}: {visible(where + step, 400)}"
            yield [(shorten(text, options.width) if options.width else text, "dim")]
    if len(numbers) > MAX_LAYERS and not options.verbose:
        yield [(f"and {len(numbers) - MAX_LAYERS} layers more (--verbose lists them)", "dim")]


def _group(finding: Vulnerability, package: Package | None) -> tuple[str, str, str]:
    """Binary packages of one source are upgraded together."""
    if package and package.source:
        return package.source.name, package.source.version, package.type
    kind = finding.package.removeprefix("pkg:").partition("/")[0]
    return finding.package_name, finding.package_version, kind


def _title(name: str, version: str, kind: str, findings: list[Vulnerability], options: ReportOptions) -> Line:
    title = f"{visible(name, 200)} {visible(version, 100)}"
    what = kind
    binaries = sorted({one.package_name for one in findings})
    if binaries != [name]:
        what = f"{kind}: {visible(', '.join(binaries))}"
    elif kind not in DISTRIBUTED or any(one.location for one in findings):  # where a package database lies is no news
        paths = sorted({place for one in findings for place in _places(one)})
        what = f"{kind}: {visible(paths[0])}" + (f" and {len(paths) - 1} more" if len(paths) > 1 else "") if paths else kind
    room = options.width - columns(title) - 2
    if options.width and room < 20:
        return [(title, "bold")]
    return [(title, "bold"), ("  " + (shorten(what, room) if options.width else what), "dim")]


def _places(finding: Vulnerability) -> tuple[str, ...]:
    where = finding.location
    return (f"{where.path}:{where.line}",) if where and where.line else finding.paths


def _rows(name: str, findings: list[Vulnerability], width: int, options: ReportOptions) -> Iterator[Line]:
    if KERNEL.fullmatch(name) and not options.verbose:
        yield from _kernel(findings)
        return
    rows: dict[tuple[str, str, tuple[str, ...], str, int | None], list[Vulnerability]] = {}
    small = 0
    for finding in findings:
        if finding.severity == "negligible" and not options.verbose and not finding.kev:
            small += 1
            continue
        key = finding.id, finding.severity, finding.fix.versions, finding.fix.state, finding.layer
        rows.setdefault(key, []).append(finding)
    for same in rows.values():
        yield from _row(same[0], width, options)
    if small:
        yield [(f"{INDENT}{'negligible':<10}  {plural(small, 'finding')} (--verbose lists)", STYLES["negligible"])]


def _row(finding: Vulnerability, width: int, options: ReportOptions) -> Iterator[Line]:
    fix = ", ".join(visible(version, 100) for version in finding.fix.versions) or STATES[finding.fix.state]
    if finding.paid_fix:
        fix += ", paid support mends it"
    if finding.fix.versions and finding.fix.state != "fixed":
        fix += f" ({STATES[finding.fix.state]})"
    exploited = " ".join(
        [*(["KEV"] if finding.kev else []), *([_percent(finding.epss.score)] if finding.epss else [])]
    )  # the chance of the next 30 days
    layer = "" if finding.layer is None else str(finding.layer)
    start = ROW.format(f"{finding.risk:.1f}", finding.severity, visible(finding.id, 60), layer, exploited, width=width)
    where = len(start) - len(start.lstrip()) + len(f"{finding.risk:.1f}") + 2
    style = STYLES[finding.severity]
    spans = [(start[:where], ""), (start[where : where + 10], style), (start[where + 10 :], "")]
    style = "green" if finding.fix.state == "fixed" else "dim"
    if not options.width or columns(start) + columns(fix) <= options.width:
        yield [*spans, (fix, style)]
        return
    yield spans
    for part in wrapped(fix, options.width - len(INDENT) - 12):
        yield [(INDENT + " " * 12 + part, style)]


def _kernel(findings: Sequence[Vulnerability]) -> Iterator[Line]:
    counts = [f"{count} {severity}" for severity, count in by_severity(findings).items() if count]
    if exploited := sum(bool(finding.kev) for finding in findings):
        counts.append(f"{exploited} of them exploited")
    yield [(INDENT + ", ".join(counts), "")]
    yield [(INDENT + "of the kernel, which an image takes from its host (--verbose lists)", "dim")]


def _percent(score: float) -> str:
    return f"{score:.0%}" if score >= 0.01 else "<1%"


def _faults(report: Report, options: ReportOptions) -> Iterator[Line]:
    """Secrets and misconfigurations, by file."""
    by_path: dict[str, list[ExposedSecret | Misconfiguration]] = {}
    faults_of: list[ExposedSecret | Misconfiguration] = [*secrets(report.findings), *misconfigurations(report.findings)]
    for fault in faults_of:
        if _listed(fault, options):
            by_path.setdefault(fault.location.path, []).append(fault)
    width = max((columns(visible(one.id, 60)) for faults in by_path.values() for one in faults), default=0)
    for path, faults in by_path.items():
        yield [(fit(visible(path, 500), options.width), "bold")]
        for fault in sorted(faults, key=lambda one: (one.location.line or 0, SEVERITIES.index(one.severity), one.id)):
            yield from _fault(fault, width, options)
        yield []
    if hidden := sum(not _listed(one, options) for one in report.findings):
        yield [(f"{plural(hidden, 'finding')} of other severities not listed", "dim")]
        yield []


def _fault(fault: ExposedSecret | Misconfiguration, width: int, options: ReportOptions) -> Iterator[Line]:
    line = "" if fault.location.line is None else str(fault.location.line)
    start = f"  {line:>5}  {fault.severity:<10}  {visible(fault.id, 60):<{width}}  "
    text = visible(fault.title, 200)
    if isinstance(fault, ExposedSecret):
        text += f": {visible(fault.match, 100)}" + (" (deleted by a later layer)" if fault.deleted else "")
    elif fault.message and fault.message != fault.title:
        text += f": {visible(fault.message, 300)}"
    text += "" if fault.layer is None else f" (layer{TOGETHER}{fault.layer})"
    parts = list(wrapped(text, max((options.width or 10_000) - len(start), 30)))
    spans = [(start[:9], ""), (start[9:19], STYLES[fault.severity]), (start[19:], "")]
    for part in parts:
        yield [*spans, (part.replace(TOGETHER, " "), "")]
        spans = [(" " * len(start), "")]
    if options.verbose and isinstance(fault, Misconfiguration):
        for part in wrapped(f"{fault.why} {fault.fix}", max(_prose(options) - len(start), 30)):
            yield [(" " * len(start) + visible(part), "dim")]


def _listed(finding: Finding, options: ReportOptions) -> bool:
    return not options.severities or finding.severity in options.severities


# --- how much of it -------------------------------------------------------------------------------------------------


def _summary(report: Report, options: ReportOptions) -> Iterator[Line]:
    if not report.findings:
        yield [_nothing(report)]
    else:
        yield from _totals(report)
    for kind in sorted({one.by.kind for one in report.suppressed}):
        count = sum(one.by.kind == kind for one in report.suppressed)
        yield [(f"{plural(count, 'finding')} suppressed by {SUPPRESSED.get(kind, visible(kind))} (see --format json)", "dim")]
    yield []


def _nothing(report: Report) -> Span:
    if report.image.kind in OUTSIDE:
        return f"No finding in {plural(report.coverage.files, report.image.kind.removesuffix('s'))}.", "bold"
    if report.coverage.verdict == "not_assessed":
        return "This image was not assessed: nothing can be said about its vulnerabilities.", "bold yellow"
    return reach(report), "bold"


def _totals(report: Report) -> Iterator[Line]:
    counts = by_severity_and_fix(report.findings)
    states = [state for state in FIX_STATES if any(counts.get((severity, state)) for severity in SEVERITIES)]
    columns_of: list[tuple[str, Mapping[str, int]]] = [
        (STATES[state], {severity: counts.get((severity, state), 0) for severity in SEVERITIES}) for state in states
    ]
    others = (("secrets", secrets(report.findings)), ("misconfig.", misconfigurations(report.findings)))
    columns_of += [(head, by_severity(found)) for head, found in others if found]
    yield [(f"{'FINDINGS':<12}" + "".join(f"{head:>13}" for head, _ in columns_of) + f"{'total':>9}", "dim")]
    totals = by_severity(report.findings)
    for severity in SEVERITIES:
        if totals[severity]:
            cells = "".join(f"{column[severity] or '-':>13}" for _, column in columns_of)
            yield [(f"{severity:<12}", STYLES[severity]), (cells, ""), (f"{totals[severity]:>9}", "bold")]
    cells = "".join(f"{sum(column.values()):>13}" for _, column in columns_of)
    yield [(f"{'total':<12}{cells}", ""), (f"{len(report.findings):>9}", "bold")]
    base = report.base or base_of(report.image)
    if inherited := in_base(report.findings, base):
        apart = "; --fail-on leaves them out" if report.base_excluded else ""
        yield [(f"({len(inherited):,} of them came with the base image{apart})", "")]
    found = vulnerabilities(report.findings)
    flaws = len({one.id for one in found})
    if flaws != len(found):
        yield [(f"({plural(flaws, 'vulnerability')}, counted once for each package that has it)", "dim")]


# --- what nobody can say --------------------------------------------------------------------------------------------


def _not_assessed(report: Report, options: ReportOptions) -> Iterator[Line]:
    if (
        not report.coverage.reasons
        and not report.unknowns
        and (report.coverage.verdict == "assessed" or report.coverage.accepted)
    ):
        return
    heading = {"not_assessed": "Not assessed", "partially_assessed": "Assessed in part only", "assessed": "Worth knowing"}
    yield [(heading[report.coverage.verdict], "bold yellow")]
    steps: dict[str, None] = {}
    of_unknowns = {unknown.code for unknown in report.unknowns}
    for reason in report.coverage.reasons:
        if reason.code in NEXT_STEPS and not (reason.code == "unreadable" and report.image.kind in OUTSIDE):
            steps[NEXT_STEPS[reason.code]] = None
        if reason.code in of_unknowns:
            continue  # they stand below, each with its own reason
        told = not reason.packages or str(reason.packages) in reason.detail.split()
        packages = "" if told else f" ({plural(reason.packages, 'package')})".replace(" ", TOGETHER).replace(TOGETHER, " ", 1)
        yield from _item(visible(reason.detail) + packages, options)
        if options.verbose and len(reason.subjects) > 1:
            yield from ([(f"      {visible(subject)}", "dim")] for subject in reason.subjects)
    for unknown in report.unknowns if options.verbose else report.unknowns[:10]:
        where = fit(visible(unknown.evidence.path), options.width, 6)
        layer = "" if report.image.kind in OUTSIDE else f" (layer{TOGETHER}{unknown.evidence.layer})"
        yield from _item(f"{where}{layer}: {visible(unknown.reason, 300)}", options)
    if len(report.unknowns) > 10 and not options.verbose:
        yield from _item(f"{len(report.unknowns) - 10} more files that could not be read (--verbose lists them)", options)
    for step in steps:
        yield from _item(step, options, "next:")
    yield []


def _accepted(report: Report, options: ReportOptions) -> Iterator[Line]:
    """What the user vouches for, so that nobody takes it for assessed."""
    if not report.coverage.accepted:
        return
    yield [("Accepted, not assessed", "bold")]
    for entry in report.coverage.accepted:
        subjects = [visible(subject, 200) for subject in entry.subjects]
        shown = subjects if options.verbose else subjects[:3]
        more = f" and {len(subjects) - len(shown)} more" if len(subjects) > len(shown) else ""
        what = f"{entry.code}: {', '.join(shown)}{more}" if subjects else entry.code
        why = f" ({visible(entry.reason, 200)})" if entry.reason else ""
        yield from _item(f"{what}{why}, by {visible(entry.source, 200)}", options)
    yield []


def _item(text: str, options: ReportOptions, mark: str = "-") -> Iterator[Line]:
    for index, part in enumerate(wrapped(text, _prose(options) - len(mark) - 3)):
        yield [("  " + (mark if index == 0 else " " * len(mark)) + " " + part.replace(TOGETHER, " "), "")]


# --- what follows ---------------------------------------------------------------------------------------------------


def _verdict(report: Report, options: ReportOptions) -> Iterator[Line]:
    verdict = report.verdict
    for one in verdict.platforms:
        state = one.coverage.replace("_", " ") + (f": {one.reason}" if one.reason else "")
        yield [(f"{visible(one.platform)}: ", ""), (visible(state, 300), "" if one.coverage == "assessed" else "yellow")]
    for rule in verdict.rules:
        for index, part in enumerate(wrapped(rule_line(rule), _prose(options) - 2)):
            yield [(("  " if index else "") + part, "green" if rule.passed else "red")]
    if not verdict.rules and verdict.passed:
        yield [("No rule was set, so nothing can fail: --fail-on SEVERITY sets one.", "dim")]
        return
    style = "bold red" if verdict.exit_code == 1 else "bold yellow"
    if verdict.passed and report.coverage.verdict == "assessed":
        style = "bold green"
    for part in wrapped(exit_line(report), _prose(options)):
        yield [(part, style)]


def _prose(options: ReportOptions) -> int:
    return min(options.width or PROSE, PROSE)


REPORTER = Reporter(
    name="table",
    media_type="text/plain",
    write=write,
    description="for people: grouped by package, sorted by risk",
)

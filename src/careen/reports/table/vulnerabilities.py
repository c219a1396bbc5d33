"""Vulnerabilities, grouped by source package; groups and rows are sorted by risk."""

import re
from collections.abc import Iterator, Sequence

from careen.model.finding import Confidence, Vulnerability
from careen.model.origin import Origin
from careen.model.package import Package
from careen.model.report import Report
from careen.output.escape import columns, shorten, visible, web_link
from careen.output.lines import few, plural, wrapped
from careen.output.roots import root_of
from careen.output.summary import build_step, by_severity, merged, vulnerabilities
from careen.plugins import ReportOptions

from .lines import STATES, STYLES, Line, is_listed
from .targets import target_of

DISTRIBUTED = ("deb", "rpm", "apk")
# Packages of the kernel's sources, as distributions and clouds name them; not "linux-pam" and the like.
KERNEL = re.compile(
    r"linux|kernel|linux-glibc-devel|kernel-.+|linux-(?:libc-dev|headers|kbuild|signed|hwe|image|modules|lts|virt|rpi|tools|source"
    r"|compiler|cloud|buildinfo|aws|azure|gcp|gke|gkeop|ibm|kvm|lowlatency|oem|oracle|raspi|riscv|intel|nvidia|xilinx)(?:-.+)?"
)
MAX_LAYERS = 12  # layers whose build steps are listed
MAX_GROUPS = 25  # groups with a critical or exploited finding are listed beyond this limit
MAX_ROWS = 6  # of a group; critical and exploited findings are listed beyond this limit
ROW = "{} {:>5}  {:<10}  {:<{width}}  {:<5}  {:<7}  "
INDENT = " " * 9  # the column of the severity in a row
MARKS: dict[Confidence, str] = {"confirmed": " ", "likely": "~", "possible": "?"}


def vulnerability_lines(report: Report, options: ReportOptions) -> Iterator[Line]:
    listed = [found for found in vulnerabilities(report.findings) if is_listed(found, options)]
    package_by_purl = dict(merged(report.inventory.packages))
    groups: dict[tuple[str, str, str], list[Vulnerability]] = {}
    for finding in sorted(listed, key=lambda found: _is_folded(found, options)):
        groups.setdefault(_group(finding, package_by_purl.get(finding.package)), []).append(finding)
    shown = {group: findings for group, findings in groups.items() if not all(_is_folded(found, options) for found in findings)}
    width = max([len("VULNERABILITY"), *(min(columns(visible(finding.id)), 19) for finding in listed)])
    if shown:
        yield [(ROW.format(" ", "RISK", "SEVERITY", "VULNERABILITY", "LAYER", "EXPLOIT", width=width) + "FIXED IN", "dim")]
    long = [group for index, group in enumerate(shown) if index >= MAX_GROUPS and not any(map(_is_urgent, shown[group]))]
    left_out = {} if options.verbose else {group: shown.pop(group) for group in long}
    for (name, version, type), findings in shown.items():
        yield _title(name, version, type, findings, options, target_of(findings, report.plan))
        yield from _rows(name, findings, width, options)
    if left_out:
        more = [finding for findings in left_out.values() for finding in findings]
        packages = plural(len(left_out), "more package")
        text = f"{packages} with {plural(len(more), 'finding')}: {_severities(more)} (--all)"
        yield from ([(line, "bold")] for line in (wrapped(text, options.width) if options.width else [text]))
    folded = {group: findings for group, findings in groups.items() if group not in shown and group not in left_out}
    if folded:
        packages, count = plural(len(folded), "more package"), sum(map(len, folded.values()))
        names = few(list(dict.fromkeys(visible(name, 40) for name, _, _ in folded)))
        text = f"{packages} with {_possible(count)}: {names} (--all lists them)"
        yield from ([(line, "dim")] for line in (wrapped(text, options.width) if options.width else [text]))
    yield from _legend([found for found in listed if not _is_folded(found, options)])
    yield from _layers(report, listed, options)
    if groups:
        yield []


def _is_folded(finding: Vulnerability, options: ReportOptions) -> bool:
    """Whether a finding is counted instead of listed. Possible findings are, because gates do not count them and a program of
    many modules can have hundreds.
    """
    return finding.confidence == "possible" and not finding.kev and not options.verbose


def _legend(listed: Sequence[Vulnerability]) -> Iterator[Line]:
    texts = {"likely": "~ likely", "possible": "? possible: not counted by gates"}
    marks = [text for confidence, text in texts.items() if any(finding.confidence == confidence for finding in listed)]
    if marks:
        yield [(f"{', '.join(marks)}; the others are confirmed", "dim")]
    if any(finding.kev or finding.epss for finding in listed):
        yield [("EXPLOIT: KEV = known to be exploited; % = probability within 30 days (EPSS)", "dim")]


def _layers(report: Report, listed: Sequence[Vulnerability], options: ReportOptions) -> Iterator[Line]:
    """The build step of each layer in the rows, with the line of the Dockerfile if there is one."""
    numbers = sorted({finding.layer for finding in listed if finding.layer is not None})
    known = {layer.index: layer for layer in report.image.layers}
    for number in numbers if options.verbose else numbers[:MAX_LAYERS]:
        layer = known.get(number)
        if layer is None:
            continue
        place = f"{layer.instruction.path}:{layer.instruction.line}  " if layer.instruction else ""
        step = build_step(layer.created_by)
        if place or step:
            text = f"LAYER {number}: {visible(place + step, 400)}"
            yield [(shorten(text, options.width) if options.width else text, "dim")]
    if len(numbers) > MAX_LAYERS and not options.verbose:
        yield [(f"and {len(numbers) - MAX_LAYERS} more layers (--all lists them)", "dim")]


def _group(finding: Vulnerability, package: Package | None) -> tuple[str, str, str]:
    """The name, version and type of the source package: its binary packages are upgraded together."""
    if package and package.source:
        return package.source.name, package.source.version, visible(package.type, 40)
    type = visible(finding.package.removeprefix("pkg:").partition("/")[0], 40)
    version = finding.package_version or (_of_content(package.origin) if package and package.origin else "")
    return finding.package_name, version, type


def _of_content(origin: Origin) -> str:
    """The versions of a package that only its content identifies."""
    if origin.nearest:
        return f"(nearest known {few(list(origin.versions))})"
    return f"(one of {few(list(origin.versions))})" if origin.versions else ""


def _title(name: str, version: str, type: str, findings: list[Vulnerability], options: ReportOptions, target: str) -> Line:
    title = f"{visible(name, 200)} {visible(version, 100)}".rstrip()
    fix = f" → {visible(target, 200)}" if target else ""
    if options.width:
        fix = shorten(fix, max(options.width - columns(title), 20))
    place = _where(name, type, findings)
    room = options.width - columns(title + fix) - 2
    line = [(title, "bold"), (fix, "green")] if fix else [(title, "bold")]
    if options.width and room < 16:
        return line
    return [*line, ("  " + (shorten(place, room) if options.width else place), "dim")]


def _is_urgent(finding: Vulnerability) -> bool:
    return finding.severity == "critical" or bool(finding.kev)


def _severities(findings: Sequence[Vulnerability]) -> str:
    return ", ".join(f"{count:,} {severity}" for severity, count in by_severity(findings).items() if count)


def _where(name: str, type: str, findings: list[Vulnerability]) -> str:
    """The binary packages, and the files of a package that no package database lists."""
    binaries = sorted({finding.package_name for finding in findings})
    roots = {root_of(path) for finding in findings for path in finding.paths} if type in DISTRIBUTED else set[str]()
    if roots and "" not in roots:
        more = f" and {len(roots) - 1} more" if len(roots) > 1 else ""
        type = f"{type} in /{visible(min(roots))}{more}"
        return type if binaries == [name] else f"{type}: {visible(', '.join(binaries))}"
    shown = [visible(", ".join(binaries))] if binaries != [name] else []
    if any(finding.location for finding in findings) or not (shown or type in DISTRIBUTED):
        paths = sorted({place for finding in findings for place in _places(finding)})
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        shown += [f"{visible(paths[0])}{more}"] if paths else []
    return f"{type}: {', '.join(shown)}" if shown else type


def _places(finding: Vulnerability) -> tuple[str, ...]:
    location = finding.location
    return (f"{location.path}:{location.line}",) if location and location.line else finding.paths


def _rows(name: str, findings: list[Vulnerability], width: int, options: ReportOptions) -> Iterator[Line]:
    if KERNEL.fullmatch(name) and not options.verbose:
        yield from _kernel(findings)
        return
    rows: dict[tuple[str, str, tuple[str, ...], str], list[Vulnerability]] = {}
    possible = small = 0
    for finding in findings:
        if _is_folded(finding, options):
            possible += 1
        elif finding.severity == "negligible" and not options.verbose and not finding.kev:
            small += 1
        else:
            rows.setdefault((finding.id, finding.severity, finding.fix.versions, finding.fix.state), []).append(finding)
    long = [same for index, same in enumerate(rows.values()) if index >= MAX_ROWS and not any(map(_is_urgent, same))]
    left_out = set() if options.verbose or len(long) < 2 else {id(same) for same in long}  # a line for one saves none
    for same in rows.values():
        if id(same) not in left_out:
            yield from _row(same, width, options)
    if left_out:
        yield [(f"{INDENT}and {_severities([same[0] for same in long])} more (--all)", "dim")]
    if small:
        yield [(f"{INDENT}{'negligible':<10}  {plural(small, 'finding')} (--all lists them)", STYLES["negligible"])]
    if possible:
        yield [(f"{INDENT}{'':<10}  {_possible(possible)} (--all lists them)", "dim")]


def _possible(count: int) -> str:
    return plural(count, "possible finding")


def _link(finding: Vulnerability) -> str:
    """The page of its first advisory that has one, as a style of a terminal (OSC 8)."""
    link = _address(finding)
    return f"link {link}" if link else ""


def _address(finding: Vulnerability) -> str:
    return next((link for advisory in finding.advisories if (link := web_link(advisory.url))), "")


def _row(same: Sequence[Vulnerability], width: int, options: ReportOptions) -> Iterator[Line]:
    """A vulnerability of one package, in all layers that have the package. The surest finding represents the others."""
    finding = min(same, key=lambda found: tuple(MARKS).index(found.confidence))
    risk, mark = f"{finding.risk:.1f}", MARKS[finding.confidence]
    start = ROW.format(mark, risk, finding.severity, visible(finding.id, 60), _layer(same), _exploit(finding), width=width)
    column = max(len(risk), 5) + 4  # of the severity
    id, after = visible(finding.id, 60), column + 12  # of the id
    spans = [(start[:column], ""), (start[column : column + 10], STYLES[finding.severity]), (start[column + 10 : after], "")]
    spans += [(id, _link(finding)), (start[after + len(id) :], "")]
    fix, style = _fix(finding), "green" if finding.fix.state == "fixed" else "dim"
    if not options.width or columns(start) + columns(fix) <= options.width:
        yield [*spans, (fix, style)]
    else:
        yield spans
        for part in wrapped(fix, options.width - len(INDENT) - 12):
            yield [(INDENT + " " * 12 + part, style)]
    yield from _about(finding, options)


def _about(finding: Vulnerability, options: ReportOptions) -> Iterator[Line]:
    """The summary of an urgent vulnerability. With ``--all``, the summary of any vulnerability, and the URL of its advisory."""
    title = visible(finding.summary.partition("\n")[0].strip(), 300)
    if title and (options.verbose or _is_urgent(finding)):
        first, *more = wrapped(title, options.width - len(INDENT) - 2) if options.width else [title]
        yield [(INDENT + first + (" …" if more else ""), "dim")]
    if options.verbose and (link := _address(finding)):
        yield [(INDENT + visible(link), "dim")]


def _layer(same: Sequence[Vulnerability]) -> str:
    """The lowest layer, and how many more have the package: ``3 +2``."""
    layers = sorted({finding.layer for finding in same if finding.layer is not None})
    if len(layers) < 2:
        return "".join(map(str, layers))
    return ",".join(map(str, layers)) if len(layers) == 2 else f"{layers[0]} +{len(layers) - 1}"


def _fix(finding: Vulnerability) -> str:
    state = STATES[finding.fix.state]
    fix = ", ".join(visible(version, 100) for version in finding.fix.versions) or state
    if finding.paid_fix:
        fix += ", fixed by paid support"
    return f"{fix} ({state})" if finding.fix.versions and finding.fix.state != "fixed" else fix


def _exploit(finding: Vulnerability) -> str:
    known = ["KEV"] if finding.kev else []
    return " ".join([*known, _percent(finding.epss.score)] if finding.epss else known)


def _kernel(findings: Sequence[Vulnerability]) -> Iterator[Line]:
    counts = [_severities(findings)]
    if exploited := sum(bool(finding.kev) for finding in findings):
        counts.append(f"{exploited} of them exploited")
    yield [(INDENT + ", ".join(counts), "")]
    yield [(INDENT + "of the kernel, which a container shares with its host (--all)", "dim")]


def _percent(score: float) -> str:
    return f"{score:.0%}" if score >= 0.01 else "<1%"

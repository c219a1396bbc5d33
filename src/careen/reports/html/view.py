"""What the page shows, as plain values for its templates."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from careen.formats.images.base import base_of
from careen.model.advisory import SEVERITIES
from careen.model.plan import Advice
from careen.model.reasons import effect_of
from careen.model.report import Comparison, Report
from careen.output.behaviour import behaviour_line
from careen.output.escape import web_link
from careen.output.first_steps import Step, first_steps
from careen.output.lines import plural
from careen.output.outcome import exit_line, rule_line
from careen.output.rows import Row, row_of
from careen.output.summary import build_step, by_severity, in_base, merged, ordered, settled

from .charts import fix_of

MAX_PACKAGES = 3000
MAX_SUBJECTS = 20  # of a reason
MAX_UNKNOWNS = 200
MAX_SUPPRESSED = 1000
MAX_GONE = 500
KINDS = {
    "vulnerability": "Vulnerabilities",
    "secret": "Secrets",
    "misconfiguration": "Configuration",
    "integrity": "Modified files",
    "behaviour": "Signs of risk",
}
COVERAGE = {
    "assessed": "All packages were assessed",
    "partially_assessed": "Assessed in part only",
    "not_assessed": "Not assessed",
}
STATES = {
    "fixed": "fixed",
    "open": "no fix yet",
    "wont_fix": "won't fix",
    "deferred": "deferred",
    "end_of_life": "end of life",
    "unknown": "fix unknown",
}
Counts = tuple[tuple[str, int], ...]  # severity, findings


class Line(Struct, frozen=True):
    """A finding as a row of the table."""

    anchor: str
    row: Row
    link: str  # "" if no advisory has a page
    remedy: str
    new: bool


class PackageLine(Struct, frozen=True):
    name: str
    version: str
    type: str
    place: str
    layer: int | None
    counts: Counts
    total: int
    target: str


class LayerLine(Struct, frozen=True):
    index: int
    step: str
    place: str  # of the instruction in the Dockerfile
    size: str
    packages: int
    counts: Counts
    total: int
    of_base: bool


class StepLine(Struct, frozen=True):
    step: Step
    rows: int  # listed findings that the step removes


class View(Struct, frozen=True):
    reference: str
    state: str  # passed | failed | incomplete | listed
    outcome: str
    rules: tuple[tuple[str, bool], ...]
    facts: tuple[tuple[str, str], ...]
    scanned: str  # when the report was made
    counts: Counts
    total: int
    unlisted: int
    inherited: int
    compared: Comparison | None
    gone: tuple[tuple[Row, str], ...]  # since the baseline, and why
    steps: tuple[StepLine, ...]
    step_rows: list[list[int]]
    advice: tuple[str, ...]
    lines: tuple[Line, ...]
    kinds: tuple[tuple[str, str, int], ...]  # kind, label, findings
    facets: list[list[object]]  # of each line: kind, severity, layer, risk, marks (f: has a fix, k: exploited, n: new)
    packages: tuple[PackageLine, ...]
    quiet_packages: tuple[str, ...]
    more_packages: int
    layers: tuple[LayerLine, ...]
    coverage: str
    coverage_text: str
    assessed_packages: int
    all_packages: int
    reasons: tuple[tuple[str, str, int, str, tuple[str, ...]], ...]  # code, text, packages, effect, subjects
    unknowns: tuple[tuple[str, str], ...]
    more_unknowns: int
    accepted: tuple[tuple[str, str], ...]
    suppressed: tuple[tuple[Row, str, str], ...]
    more_suppressed: int
    controls: tuple[tuple[str, str, str], ...]
    compliance: str


def view_of(report: Report, severities: frozenset[str] | None) -> View:
    found = [finding for finding in ordered(report.findings) if not severities or finding.severity in severities]
    lines = tuple(_lines(found, report))
    rows = [line.row for line in lines]
    steps = first_steps(report)
    numbers = {row.fingerprint: number for number, row in enumerate(rows)}
    step_rows = [[numbers[name] for name in step.fingerprints if name in numbers] for step in steps]
    packages, quiet, more = _packages(rows, report)
    kinds = [*dict.fromkeys(row.kind for row in rows)]
    coverage = report.coverage
    base = report.base or base_of(report.image)
    return View(
        reference=report.image.reference,
        state=_state(report),
        outcome=exit_line(report),
        rules=tuple((rule_line(rule, report.verdict), rule.passed) for rule in report.verdict.rules),
        facts=tuple(_facts(report)),
        scanned=report.created.replace("T", " ").replace("Z", " UTC"),
        counts=_counts(report.findings),
        total=len(report.findings),
        unlisted=len(report.findings) - len(found),
        inherited=len(in_base(report.findings, base)) if base and base.layers else 0,
        compared=report.compared,
        gone=tuple((row_of(entry.finding, report.image), entry.why) for entry in report.compared.gone[:MAX_GONE])
        if report.compared
        else (),
        steps=tuple(StepLine(step, len(rows)) for step, rows in zip(steps, step_rows, strict=True)),
        step_rows=step_rows,
        advice=tuple(advice.text for advice in report.plan.advice if not _is_step(advice)) if report.plan else (),
        lines=lines,
        kinds=tuple(
            (kind, label_of(kind), sum(row.kind == kind for row in rows)) for kind in dict.fromkeys(row.kind for row in rows)
        ),
        facets=[_facet(line, fix_of(finding), kinds) for line, finding in zip(lines, found, strict=True)],
        packages=packages,
        quiet_packages=quiet,
        more_packages=more,
        layers=tuple(_layers(rows, report)),
        coverage=coverage.verdict,
        coverage_text=COVERAGE[coverage.verdict],
        assessed_packages=coverage.assessed_packages,
        all_packages=coverage.packages,
        reasons=tuple(
            (reason.code, reason.detail, reason.packages, effect_of(reason.code), reason.subjects[:MAX_SUBJECTS])
            for reason in coverage.reasons
        ),
        unknowns=tuple((unknown.evidence.path, unknown.reason) for unknown in report.unknowns[:MAX_UNKNOWNS]),
        more_unknowns=max(0, len(report.unknowns) - MAX_UNKNOWNS),
        accepted=tuple((f"{entry.code}: {', '.join(entry.subjects[:3])}", entry.source) for entry in coverage.accepted),
        suppressed=tuple(
            (row_of(entry.finding, report.image), entry.by.kind, entry.by.reason)
            for entry in settled(report.suppressed)[:MAX_SUPPRESSED]
        ),
        more_suppressed=max(0, len(report.suppressed) - MAX_SUPPRESSED),
        controls=tuple((control.id, control.title, control.status) for control in report.compliance.controls)
        if report.compliance
        else (),
        compliance=report.compliance.title if report.compliance else "",
    )


def _is_step(advice: Advice) -> bool:
    return advice.kind in ("newer_bundle", "newer_build", "newer_release") or (
        advice.kind == "refresh_base" and advice.findings > 0
    )


def label_of(kind: str) -> str:
    return KINDS.get(kind, kind.replace("_", " ").capitalize())


def _state(report: Report) -> str:
    """The outcome that the page shows. ``passed`` (green) requires a gate that passed, and a completely assessed image; without
    both it is ``listed``.
    """
    verdict = report.verdict
    if not verdict.passed:
        return "incomplete" if verdict.exit_code == 3 else "failed"
    return "passed" if verdict.rules and report.coverage.verdict == "assessed" else "listed"


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    image, distribution = report.image, report.inventory.distribution
    if image.opened and image.opened != image.reference:
        yield "Opened as", image.opened
    if image.digest:
        yield "Digest", image.digest
    if image.platform:
        yield "Platform", str(image.platform)
    if distribution:
        yield "Distribution", distribution.pretty_name or f"{distribution.id} {distribution.version}".strip()
    if report.end_of_life:
        over = report.end_of_life < report.created[:10]
        yield "Out of support since" if over else "Supported until", report.end_of_life
    if (base := report.base or base_of(image)) and base.reference:
        yield "Base image", base.reference
    if report.behaviour and (signs := behaviour_line(report.behaviour)):
        yield "Signs of risk", signs.removeprefix("behaviour: ")
    if report.coverage.data_of:
        yield "Oldest advisory data", report.coverage.data_of


def _counts(findings: Iterable[object]) -> Counts:
    counts = by_severity(findings)  # type: ignore[arg-type]  # rows and findings have a severity alike
    return tuple((severity, counts[severity]) for severity in SEVERITIES if counts[severity])


def _lines(found: Sequence[object], report: Report) -> Iterator[Line]:
    seen = set[str]()
    for finding in found:
        row = row_of(finding, report.image)  # type: ignore[arg-type]
        anchor = "f" + hashlib.sha256(row.fingerprint.encode("utf-8", "replace")).hexdigest()[:10]
        if anchor in seen:
            anchor = f"{anchor}-{len(seen)}"
        seen.add(anchor)
        advisories = getattr(finding, "advisories", ())
        link = next((link for advisory in advisories if (link := web_link(advisory.url))), "")
        remedy = ", ".join(row.fixed_in) or STATES.get(row.fix_state, row.advice)
        yield Line(anchor, row, link, remedy, bool(getattr(finding, "change", None)))


def _facet(line: Line, fix: str, kinds: Sequence[str]) -> list[object]:
    row = line.row
    marks = "".join(mark for mark, on in (("f", fix == "fixed"), ("k", row.exploited), ("n", line.new)) if on)
    return [kinds.index(row.kind), SEVERITIES.index(row.severity), row.layer, row.risk, marks]


def _packages(rows: Sequence[Row], report: Report) -> tuple[tuple[PackageLine, ...], tuple[str, ...], int]:
    """The packages with findings, the names of the others, and how many others are not named."""
    by_purl: dict[str, list[Row]] = {}
    for row in rows:
        if row.purl:
            by_purl.setdefault(row.purl, []).append(row)
    targets: dict[str, list[str]] = {}
    for upgrade in (upgrade for action in (report.plan.actions if report.plan else ()) for upgrade in action.upgrades):
        targets.setdefault(upgrade.purl, []).append(upgrade.to)
    owners = report.plan.bundled if report.plan else {}
    versions = report.plan.versions if report.plan else {}
    lines, quiet = [], []
    for purl, package in merged(report.inventory.packages):
        found = by_purl.pop(purl, [])
        if not found:
            quiet.append(f"{package.type}: {package.name} {package.version}".strip())
            continue
        place = package.evidence[0] if package.evidence else None
        target = ", ".join(dict.fromkeys(targets.get(purl, ()))) or (
            f"upgrade {owners[purl]}" if purl in owners else versions.get(purl, "")
        )
        lines.append(
            PackageLine(
                package.name,
                package.version,
                package.type,
                place.path if place else "",
                place.layer if place else None,
                _counts(found),
                len(found),
                target,
            )
        )
    lines.sort(key=lambda line: ([-dict(line.counts).get(severity, 0) for severity in SEVERITIES], line.name))
    return tuple(lines), tuple(quiet[:MAX_PACKAGES]), max(0, len(quiet) - MAX_PACKAGES)


def _layers(rows: Sequence[Row], report: Report) -> Iterator[LayerLine]:
    packages: dict[int, int] = {}
    for _, package in merged(report.inventory.packages):
        if package.evidence:
            packages[package.evidence[0].layer] = packages.get(package.evidence[0].layer, 0) + 1
    base = report.base or base_of(report.image)
    for layer in report.image.layers:
        found = [row for row in rows if row.layer == layer.index]
        where = layer.instruction
        yield LayerLine(
            layer.index,
            build_step(layer.created_by),
            f"{where.path}:{where.line}" if where else "",
            size_text(layer.size_bytes),
            packages.get(layer.index, 0),
            _counts(found),
            len(found),
            bool(base and base.layers and layer.index < base.layers),
        )


def size_text(size: int) -> str:
    for unit, of in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= of:
            return f"{size / of:.1f} {unit}"
    return plural(size, "byte")

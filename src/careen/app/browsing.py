"""The findings of a report in groups: by the action that fixes them, by package, by layer or by risk.

Nothing is assessed again, so a saved report is enough. Texts come from images and feeds: shells have to escape them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

from careen.app.converting import report_in
from careen.app.outlines import catalogers
from careen.app.session import Session
from careen.config import Settings
from careen.formats.scans.saved_report import SCHEMA
from careen.images.paths import is_path
from careen.model.finding import Finding, Vulnerability
from careen.model.report import Report
from careen.output.rows import Row, row_of
from careen.output.summary import build_step, ordered
from careen.plugins import Named, Progress, VersionScheme, silent

By = Literal["action", "package", "layer", "risk"]
BYS: tuple[By, ...] = get_args(By)
_HEAD_BYTES = 4096
_RISKS = ((75.0, "75 to 100"), (50.0, "50 to 75"), (25.0, "25 to 50"), (10.0, "10 to 25"), (0.0, "below 10"))


class Entry(Struct, frozen=True):
    finding: Finding
    row: Row


class Group(Struct, frozen=True):
    title: str
    entries: tuple[Entry, ...]


def report_of(reference: str, settings: Settings, progress: Progress = silent) -> Report:
    """The report in the file that the reference names, if that is a saved report; else the report of a scan."""
    if is_path(reference) and is_report(reference):
        return report_in(reference)
    with Session(settings) as session:
        return session.scan(reference, progress)


def entries(report: Report) -> tuple[Entry, ...]:
    """The findings as entries, the most important first."""
    return tuple(Entry(finding, row_of(finding, report.image)) for finding in ordered(report.findings))


def found(listed: tuple[Entry, ...], words: str) -> tuple[Entry, ...]:
    """The entries that contain all of the words, in upper or lower case: in the id, severity, kind, package, path or title."""
    wanted = words.lower().split()
    return tuple(entry for entry in listed if all(word in _text(entry.row) for word in wanted)) if wanted else listed


def groups(report: Report, listed: tuple[Entry, ...], by: By) -> tuple[Group, ...]:
    """Groups the findings. Actions are sorted by their number of findings, layers by position, other groups by their first
    finding.
    """
    title_of: Mapping[By, Callable[[Entry], str]] = {
        "action": _actions(listed),
        "package": lambda entry: entry.row.subject or "no package",
        "layer": lambda entry: _layer(report, entry.row.layer),
        "risk": lambda entry: _risk(entry.row),
    }
    members: dict[str, list[Entry]] = defaultdict(list)
    for entry in listed:
        members[title_of[by](entry)].append(entry)
    made = [Group(title, tuple(entries)) for title, entries in members.items()]
    if by == "action":
        made.sort(key=lambda group: -len(group.entries))
    elif by == "layer":
        made.sort(key=lambda group: -1 if (layer := group.entries[0].row.layer) is None else layer)
    return tuple(made)


def details(report: Report, entry: Entry) -> Iterator[tuple[str, str]]:
    """Names and values of all details of one finding. A new kind of finding needs no change here."""
    row, finding = entry.row, entry.finding
    yield "id", ", ".join((row.id, *row.aliases))
    yield "severity", row.severity
    if row.risk is not None:
        yield "risk", f"{row.risk:g} of 100"
    for name, value in (("title", row.title), ("what", row.message), ("package", row.subject if row.package else "")):
        if value:
            yield name, value
    yield "fix", row.remedy or "none"
    if row.paths:
        yield "in", ", ".join((row.place, *row.paths[1:]))
    if row.layer is not None:
        yield "layer", _layer(report, row.layer)
    for name, value in (("why", getattr(finding, "why", "")), ("reason", getattr(finding, "reason", ""))):
        if value:
            yield name, value
    if row.confidence:
        yield "confidence", row.confidence
    if row.exploited:
        yield "exploited", "yes, by the catalogue of CISA"
    for advisory in getattr(finding, "advisories", ()):
        yield "advisory", f"{advisory.id} ({advisory.source}) {advisory.url}".rstrip()
    yield "fingerprint", row.fingerprint


def is_report(path: str) -> bool:
    """Whether the file begins like a saved report."""
    try:
        with Path(path).open("rb") as stream:
            return SCHEMA.partition("/")[0].encode() in stream.read(_HEAD_BYTES)
    except OSError:
        return False


def _text(row: Row) -> str:
    return " ".join((row.id, *row.aliases, row.severity, row.kind, row.subject, row.place, row.title)).lower()


def _actions(listed: tuple[Entry, ...]) -> Callable[[Entry], str]:
    """A function that returns an entry's action: the upgrade of its package to the version that fixes all its findings."""
    targets: dict[str, set[str]] = defaultdict(set)
    for entry in listed:
        if entry.row.fixed_in:
            targets[entry.row.purl].add(entry.row.fixed_in[0])
    schemes = Named("careen.versions", "VERSION_SCHEME", VersionScheme)
    highest = {purl: _highest(purl, versions, schemes) for purl, versions in targets.items()}

    def action(entry: Entry) -> str:
        row = entry.row
        if row.fixed_in:
            return f"upgrade {row.subject} to {highest[row.purl]}"
        if isinstance(entry.finding, Vulnerability):
            return "no version fixes these"
        return row.remedy or "no advice"

    return action


def _highest(purl: str, versions: set[str], schemes: Mapping[str, VersionScheme]) -> str:
    type = purl.removeprefix("pkg:").partition("/")[0]
    name = next((known.ecosystem.scheme for known in catalogers() if known.ecosystem.purl_type == type), "generic")
    try:
        return max(versions, key=schemes[name].key)
    except (KeyError, ValueError):
        return " or ".join(sorted(versions))


def _layer(report: Report, index: int | None) -> str:
    if index is None:
        return "no layer"
    layer = next((layer for layer in report.image.layers if layer.index == index), None)
    return f"layer {index}: {build_step(layer.created_by)}" if layer and layer.created_by else f"layer {index}"


def _risk(row: Row) -> str:
    if row.risk is None:
        return f"{row.severity}, without a risk"
    return f"risk {next(text for least, text in _RISKS if row.risk >= least)}"

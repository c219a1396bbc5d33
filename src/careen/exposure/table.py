"""The result as text: ranked paths with their steps, vulnerabilities by priority, and what was left out.

Lines are laid out for ``options.width`` columns; 0 is a pipe, which gets prose at 80 columns and names in full.
"""

from collections.abc import Iterator, Sequence
from typing import TextIO

from careen.model.finding import Location
from careen.output.escape import columns, visible
from careen.output.lines import fit, plural, wrapped
from careen.plugins import ReportOptions

from .cuts import Cut
from .document import taken_with
from .graph import Graph
from .paths import Path, Step
from .report import Exposure

SHOWN = 10
EXPLAINED = 3  # low paths are explained up to this rank
WEIGHED = 10
NOTES = 8
PROSE = 80
STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}


def write(answer: Exposure, stream: TextIO, options: ReportOptions) -> None:
    lines = list(_lines(answer, options))
    if not options.color:
        stream.writelines(text.rstrip() + "\n" for text, _ in lines)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for text, style in lines:
        console.print(Text(text, style=style), soft_wrap=True)


def _lines(answer: Exposure, options: ReportOptions) -> Iterator[tuple[str, str]]:
    width = min(options.width or PROSE, 100)
    graph = answer.graph
    containers = list(graph.containers())
    reached = sum(1 for node in containers if node.id in answer.likelihood_by_node)
    yield fit(visible(", ".join(answer.targets)), options.width), "bold"
    yield f"  {plural(answer.files, 'file')}, {plural(len(containers), 'container')}", ""
    if reached:
        yield f"  {reached} of them reachable from the Internet, directly or through others", ""
    elif containers:
        yield "  none of them reachable from the Internet", ""
    yield "", ""
    labels = graph.labels()
    listed = answer.paths if options.verbose else answer.paths[:SHOWN]
    brief = False
    for rank, path in enumerate(listed, 1):
        brief = path.severity == "low" and rank > EXPLAINED and not options.verbose
        yield from _path(rank, path, graph, labels, width, None if brief else answer.cuts.get(path.id, ()))
    if brief:
        yield "", ""
    if len(listed) < len(answer.paths):
        yield f"and {plural(len(answer.paths) - len(listed), 'path')} more (--verbose lists them all)", ""
        yield "", ""
    if not answer.paths and containers:
        yield "No path leads from outside into a container, or from one container into another.", ""
        yield "", ""
    yield from _vulnerabilities(answer, options, width)
    yield from _left_out(answer, options, width)
    counts = answer.by_severity()
    more = "" if answer.complete else ", and more: the search stopped at its limits"
    yield "PATHS  " + ", ".join(f"{count} {name}" for name, count in counts.items()) + more, "bold"
    yield _verdict(answer), ""


def _path(
    rank: int, path: Path, graph: Graph, labels: dict[str, str], width: int, cuts: Sequence[Cut] | None
) -> Iterator[tuple[str, str]]:
    """The lines of a path. With None for ``cuts``, its first line only."""
    names = " -> ".join(visible(labels[id], 100) for id in (path.start, *(step.target for step in path.steps)))
    head = f"{rank:>3}  {path.severity:<8}  {path.score:>5.1f}  "
    for at, part in enumerate(wrapped(names, width - columns(head))):
        yield (head if at == 0 else " " * len(head)) + part, STYLES[path.severity]
    if cuts is None:
        return
    for number, step in enumerate(path.steps, 1):
        for at, part in enumerate(wrapped(_explained(step), width - 10)):
            yield (f"     {number:>2}. " if at == 0 else " " * 9) + part, ""
    for number, text in enumerate(_cut(cuts, labels[path.target])):
        for at, part in enumerate(wrapped(text, width - 10)):
            yield ("     cut " if at == number == 0 else " " * 9) + part, "green"
    taken = taken_with(path, graph)
    others = [id for id in taken if id not in path.nodes]
    if taken:
        what = f"and controls {plural(len(taken), 'container')}"
        some = ", ".join(visible(labels[id], 40) for id in others[:6])
        more = f" and {len(others) - 6} more" if len(others) > 6 else ""
        for at, part in enumerate(wrapped(f"{what}, also {some}{more}" if others else what, width - 10)):
            yield ("      => " if at == 0 else " " * 9) + part, "dim"
    yield "", ""


def _cut(cuts: Sequence[Cut], target: str) -> Iterator[str]:
    """The changes of the best cut, and what remains."""
    for cut in cuts[:1]:
        for change in cut.changes:
            yield visible(change.text, 300) + _where((change.place,) if change.place else ())
        if cut.complete:
            to = f"the worst of them to {visible(target, 60)} is {cut.worst}" if cut.worst else f"none to {visible(target, 60)}"
            yield f"then {plural(cut.remaining, 'path')} remain{'s' if cut.remaining == 1 else ''}, {to}"


def _explained(step: Step) -> str:
    parts = []
    for edge in step.edges:
        reason = edge.reasons[0]
        also = sum(1 for other in edge.reasons[1:] if other.ease >= 0.1)
        text = visible(reason.text, 300) + _where(reason.places)
        parts.append(text + (f" and {plural(also, 'other way')}" if also else ""))
    return "; ".join(parts)


def _where(places: tuple[Location, ...]) -> str:
    if not places:
        return ""
    place = places[0]
    return f" [{visible(place.path, 200)}{f':{place.line}' if place.line else ''}]"


def _vulnerabilities(answer: Exposure, options: ReportOptions, width: int) -> Iterator[tuple[str, str]]:
    if not answer.weighed:
        return
    labels = answer.graph.labels()
    yield "Vulnerabilities by priority: vulnerability x privilege x exposure x sharing", "bold"
    listed = answer.weighed if options.verbose else answer.weighed[:WEIGHED]
    for weighed in listed:
        vulnerability = weighed.vulnerability
        marks = ", ".join(
            filter(
                None,
                (
                    "exploited (KEV)" if vulnerability.kev else "",
                    f"EPSS {vulnerability.epss:.2f}" if vulnerability.epss else "",
                    vulnerability.severity,
                ),
            )
        )
        name = visible(labels[weighed.container], 60)
        package = visible(f"{vulnerability.package} {vulnerability.version}", 60)
        yield f"  {weighed.priority:>5.2f}  {visible(vulnerability.id, 40):<18}  {name}: {package}", ""
        factors = f"{vulnerability.weight:.2f} x {weighed.privilege:.2f} x {weighed.exposure:.2f} x {weighed.sharing:.2f}"
        fixed = f", fixed in {visible(vulnerability.fixed_in[0], 40)}" if vulnerability.fixed_in else ""
        for part in wrapped(f"{factors}: {marks}{fixed}", width - 9):
            yield " " * 9 + part, "dim"
    if len(listed) < len(answer.weighed):
        yield f"  and {len(answer.weighed) - len(listed):,} more", ""
    yield "", ""


def _left_out(answer: Exposure, options: ReportOptions, width: int) -> Iterator[tuple[str, str]]:
    troubles = [f"{image.image}: {image.trouble}" for image in answer.images if image.trouble]
    unassessed = [
        f"{image.image}: the advisory database does not cover it (careen db update)"
        for image in answer.images
        if image.scanned and not image.assessed
    ]
    unread = [f"{unknown.evidence.path}: {unknown.reason}" for unknown in answer.unknowns]
    for title, texts in (
        ("Not reachable, or not followed", list(answer.graph.notes)),
        ("Images that were not assessed, or only in part", troubles + unassessed),
        ("Files that could not be read, or were assessed only in part", unread),
    ):
        if texts:
            yield title, "bold"
            shown = texts if options.verbose else texts[:NOTES]
            for text in shown:
                for at, part in enumerate(wrapped(visible(text, 400), width - 4)):
                    yield ("  - " if at == 0 else "    ") + part, ""
            if len(shown) < len(texts):
                yield f"  and {len(texts) - len(shown)} more", ""
            yield "", ""
    if not answer.images and any(True for _ in answer.graph.containers()):
        for part in wrapped("No image was scanned: --images scans the images and weighs their vulnerabilities.", width):
            yield part, ""
        yield "", ""


def _verdict(answer: Exposure) -> str:
    if answer.fail_on is None:
        return "No gate is set: --fail-on SEVERITY sets one."
    return f"fail-on {answer.fail_on}: {'failed' if answer.exit_code else 'passed'}"

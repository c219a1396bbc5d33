"""Kustomizations among the files: the objects that they build replace the files that these are made of.

A finding is reported where its key is written: in the base, in a patch, or in the kustomization. What several overlays have in
common is one finding.
"""

import os
import posixpath
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from careen.charts import Job, rendered
from careen.charts.files import folder_files
from careen.formats.kubernetes.manifest_files import LATEST_MINOR
from careen.kustomize import Chart, Manifest, Manifests, build, is_kustomization, missing
from careen.kustomize.nodes import Origin
from careen.kustomize.text import text_of
from careen.model.finding import Location, Misconfiguration, Suppressed, SuppressedBy
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.output.lines import few

from .comments import comments_in_lines
from .files import find_files
from .kind import SourceFile
from .run import Ignore, Ignores, Outcome

MAX_BASES = 200  # outside of the named folders
MAX_CHARTS = 50

_Key = tuple[str, Location, int]
Origins = Mapping[str, Sequence[Origin | None]]  # by path, where each line is written


class Kustomized(Struct, frozen=True):
    """The files after building: ``files`` has the objects of each kustomization in place of the files that it is made of,
    under the path of its own. ``origins`` has, for each of these, where each of its lines is written."""

    files: tuple[SourceFile, ...]
    unknowns: tuple[Unknown, ...] = ()
    origins: Origins = {}
    replaced: Mapping[str, int] = {}  # of how many kustomizations each file is a part
    ignores: tuple[Ignore, ...] = ()  # comments in these


def with_kustomizations(files: Sequence[SourceFile], minor: int = LATEST_MINOR) -> Kustomized:
    """The files, with what kustomizations build in place of what they are made of. ``minor``: of Kubernetes, for charts."""
    if not any(is_kustomization(file.path) for file in files):
        return Kustomized(tuple(files))
    known = _with_bases(files)
    names = {_relative(file.path): file.path for file in known}
    built, troubles = build({_relative(file.path): file.text for file in known}, _Charts(minor).rendered)
    names = {path: path for each in built for path in each.files} | {trouble.path: trouble.path for trouble in troubles} | names
    replaced = Counter(names[path] for each in built for path in each.files)
    found = []
    origins: dict[str, tuple[Origin | None, ...]] = {}
    for each in built:
        text, lines = text_of(each.objects, each.nodes)
        origins[names[each.path]] = tuple((names[line[0]], line[1]) if line else None for line in lines)
        found.append(SourceFile(names[each.path], text, apart=True))
    kept = [file for file in files if file.path not in replaced and not is_kustomization(file.path)]
    named = {file.path for file in files if file.named}
    unknowns = [
        Unknown(
            "kustomize",
            Evidence(names[trouble.path], 0),
            f"line {trouble.line}: " * (trouble.line > 0) + trouble.reason,
            whole_layer=trouble.limit or (not trouble.line and names[trouble.path] in named),
        )
        for trouble in troubles
    ]
    ignores = [ignore for file in known if file.path in replaced for ignore in comments_in_lines(file.text, file.path)]
    return Kustomized((*kept, *found), tuple(unknowns), origins, replaced, tuple(ignores))


class _Charts:
    """The charts that kustomizations render, each once with the same values."""

    def __init__(self, minor: int) -> None:
        self._minor = minor
        self._made: dict[Chart, Manifests] = {}

    def rendered(self, chart: Chart) -> Manifests:
        """What a chart makes. Raises: ValueError if it is not rendered."""
        if chart not in self._made:
            self._made[chart] = self._rendered(chart)
        return self._made[chart]

    def _rendered(self, chart: Chart) -> Manifests:
        folder = Path(chart.folder)
        if len(self._made) >= MAX_CHARTS:
            raise ValueError(f"more than {MAX_CHARTS} charts of kustomizations")
        if not folder.resolve().is_relative_to(Path.cwd().resolve()) or not (folder / "Chart.yaml").is_file():
            raise ValueError(f"{chart.folder} is not among the files; nothing is fetched")
        try:
            files = folder_files(folder)
        except OSError as error:
            raise ValueError(error.strerror or str(error)) from None
        job = Job(files, chart.values, minor=self._minor, release=chart.release, namespace=chart.namespace)
        (done,) = rendered([job])
        if done.error:
            raise ValueError(done.error)
        made = (
            Manifest(posixpath.join(chart.folder, template.path), template.text, tuple(template.lines))
            for template in done.templates
        )
        problems = ((posixpath.join(chart.folder, each.path), each.line, each.reason) for each in done.troubles)
        return Manifests(tuple(made), tuple(problems))


def _relative(path: str) -> str:
    """The path from the working folder, as kustomizations refer to each other."""
    return Path(os.path.relpath(path)).as_posix() if path.startswith("/") else path


def _with_bases(files: Sequence[SourceFile]) -> list[SourceFile]:
    """The files, with those that kustomizations take from outside of the named folders, if these are below the working
    folder."""
    known = {file.path: file for file in files}
    tried: set[str] = set()
    here = Path.cwd().resolve()
    while len(tried) < MAX_BASES:
        texts = {_relative(path): file.text for path, file in known.items()}
        wanted = [path for path in missing(texts) if path not in tried][: MAX_BASES - len(tried)]
        tried.update(wanted)
        inside = [path for path in wanted if (place := Path(path)).exists() and place.resolve().is_relative_to(here)]
        if not inside:
            break
        known = {file.path: file for file in find_files(inside).files} | known
    return list(known.values())


def at_origins(outcome: Outcome, kustomized: Kustomized) -> Outcome:
    """Moves findings in built objects to where their keys are written, and suppresses those with a comment there."""
    if not kustomized.origins:
        return outcome
    comments = Ignores(kustomized.ignores)
    kept: list[Misconfiguration] = []
    suppressed = list(outcome.suppressed)
    for finding in _moved(outcome.findings, kustomized):
        place = finding.location
        comment = comments.about(finding.id, place.path, place.line, place.end_line) if place is not None else None
        if comment is None:
            kept.append(finding)
        else:
            suppressed.append(Suppressed(finding, SuppressedBy("comment", comment.source, comment.reason)))
    return replace(outcome, findings=tuple(kept), suppressed=tuple(suppressed))


def _moved(findings: Sequence[Misconfiguration], kustomized: Kustomized) -> list[Misconfiguration]:
    """The findings at their origins. What several kustomizations have there is one finding. It names them if the file is a
    part of several."""
    origins = kustomized.origins
    found: dict[_Key, Misconfiguration] = {}
    folders: dict[_Key, list[str]] = {}
    count: Counter[tuple[str, str, Location]] = Counter()
    for finding in findings:
        place = finding.location
        if place is None or place.path not in origins:
            found["", Location(""), len(found)] = finding
            continue
        moved = origin(place, origins)
        count[place.path, finding.id, moved] += 1  # the nth finding of a check at a place is the nth of each kustomization
        key = (finding.id, moved, count[place.path, finding.id, moved])
        found.setdefault(key, replace(finding, location=moved))
        folders.setdefault(key, []).append(posixpath.dirname(place.path) or ".")
    for key, names in folders.items():
        if kustomized.replaced.get(key[1].path, 0) > 1:
            found[key] = replace(found[key], message=f"{found[key].message} (in {few(names)})")
    return list(found.values())


def origin(place: Location, origins: Origins) -> Location:
    """Where a line of a built file is written; the place itself if it is in another file."""
    lines = origins.get(place.path)
    if lines is None:
        return place
    start, end = (lines[row - 1] if row and row <= len(lines) else None for row in (place.line, place.end_line))
    if start is None:
        return Location(place.path)
    path, line = start[0], start[1] or 1
    return Location(path, line, max(line, end[1]) if end is not None and end[0] == path else line)

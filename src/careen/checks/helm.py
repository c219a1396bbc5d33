"""Helm charts among the files: their rendered manifests replace their templates.

A finding is reported in the template, at the line that the rendered line comes from. A template that could not be
rendered is an unknown.
**Source:** Helm documentation, "The Chart.yaml File", "Values Files".
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from careen.charts import Job, Rendered, rendered
from careen.charts.files import MAX_PACKED_BYTES, folder_files, packed_files
from careen.model.inventory import Unknown
from careen.model.package import Evidence

from .files import shown
from .kind import SourceFile

MAX_CHARTS = 200
MAX_VALUES_BYTES = 1 << 20
_CHART = re.compile(r"(?m)^apiVersion\s*:\s*['\"]?v[12]\b")
_LIBRARY = re.compile(rb"(?m)^type\s*:\s*['\"]?library\b")  # a chart that has no manifests of its own


class ChartValues(Struct, frozen=True):
    """The user's values for all charts: texts of values files, and settings such as ``image.tag=1.2``."""

    files: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    minor: int = 35  # of Kubernetes


class Charts(Struct, frozen=True):
    """The files after rendering. ``files`` has rendered manifests in place of chart templates; ``lines`` has, for
    each rendered file, the template's line of each of its lines."""

    files: tuple[SourceFile, ...]
    unknowns: tuple[Unknown, ...]
    lines: Mapping[str, tuple[int | None, ...]]


def with_charts(files: Sequence[SourceFile], values: ChartValues, packed: Sequence[tuple[Path, bool]] = ()) -> Charts:
    """The files, with rendered manifests in place of the templates of charts. The folders of charts are read again,
    because their templates use files of any name.

    ``packed``: archives that may be charts. One that the user named (True) and that is not a chart is an unknown.
    """
    folders = _charts(files)
    unknowns: list[Unknown] = []
    jobs: dict[str, Job] = {}
    for folder, content in _contents(folders, packed, unknowns):
        if len(jobs) < MAX_CHARTS:
            jobs[folder] = Job(content, values.files, values.settings, values.minor)
        else:
            unknowns.append(_unknown(folder, "Chart.yaml", f"not assessed: more than {MAX_CHARTS} charts"))
    if not jobs and not folders:
        return Charts(tuple(files), tuple(unknowns), {})
    found: list[SourceFile] = []
    lines: dict[str, tuple[int | None, ...]] = {}
    for folder, answer in zip(jobs, rendered(tuple(jobs.values())), strict=True):
        unknowns += _unknowns(folder, answer)
        if _is_empty(answer) and not _LIBRARY.search(jobs[folder].files.get("Chart.yaml", b"")):
            unknowns.append(_unknown(folder, "Chart.yaml", "no manifest with these values: set others with --helm-values"))
        for template in answer.templates:
            path = posixpath.join(folder, template.path)
            found.append(SourceFile(path, template.text))
            lines[path] = tuple(template.lines)
    # A template without template syntax is checked as it is, unless it was rendered.
    kept = [file for file in files if file.path not in lines and not _is_of_chart(file, folders)]
    return Charts((*kept, *found), tuple(unknowns), lines)


def _is_empty(answer: Rendered) -> bool:
    return not (answer.error or answer.troubles or any(template.text.strip() for template in answer.templates))


def _contents(
    folders: Sequence[str], packed: Sequence[tuple[Path, bool]], unknowns: list[Unknown]
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The path and the files of each chart."""
    for folder in folders:
        try:
            yield folder, folder_files(Path(folder))
        except (OSError, ValueError) as error:
            unknowns.append(_unknown(folder, "Chart.yaml", f"not assessed: {getattr(error, 'strerror', None) or error}"))
    for file, named in packed:
        place = shown(file)
        if any(_below(place, posixpath.join(folder, "charts")) for folder in folders):
            continue
        try:
            if file.stat().st_size > MAX_PACKED_BYTES:
                content, why = {}, f"larger than {MAX_PACKED_BYTES >> 20} MiB"
            else:
                content, why = packed_files(file.read_bytes()), "not a packed chart"
        except (OSError, ValueError) as error:
            content, why = {}, getattr(error, "strerror", None) or str(error)
        if content:
            yield place, content
        elif named:
            unknowns.append(Unknown("helm", Evidence(place, 0), f"not assessed: {why}", whole_layer=True))


def _charts(files: Sequence[SourceFile]) -> tuple[str, ...]:
    """The folders of charts, without the subcharts of their ``charts`` folders."""
    found = sorted(
        posixpath.dirname(file.path)
        for file in files
        if posixpath.basename(file.path) == "Chart.yaml" and _CHART.search(file.text)
    )
    return tuple(folder for folder in found if not any(_below(folder, posixpath.join(other, "charts")) for other in found))


def _is_of_chart(file: SourceFile, folders: Sequence[str]) -> bool:
    """Whether the file has a meaning only as a part of its chart."""
    for folder in folders:
        if _below(file.path, folder):
            inside = file.path.removeprefix(folder).strip("/").split("/")
            if "templates" in inside[:-1] and "{{" in file.text:
                return True
            if inside[-1] == "Chart.yaml" or inside[-1].startswith("values"):
                return True
    return False


def _below(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def _unknowns(folder: str, answer: Rendered) -> list[Unknown]:
    found = [_unknown(folder, "Chart.yaml", f"not assessed: {answer.error}")] if answer.error else []
    for trouble in answer.troubles:
        line = f"line {trouble.line}: " if trouble.line else ""
        found.append(_unknown(folder, trouble.path, f"{line}{trouble.reason}"))
    return found


def _unknown(folder: str, path: str, reason: str) -> Unknown:
    return Unknown("helm", Evidence(posixpath.join(folder, path), 0), reason)

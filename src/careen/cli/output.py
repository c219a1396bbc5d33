"""Writes reports to standard output, and to files, which appear complete or not at all."""

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

from msgspec.structs import replace

from careen.atomic import write_whole
from careen.config import Settings
from careen.errors import InputError
from careen.model.report import Report
from careen.output.lines import folded
from careen.plugins import Reporter, ReportOptions

from .output_plan import Output
from .streams import columns, forget_output

ENDINGS = {"text/csv": ".csv", "text/markdown": ".md", "text/html": ".html"}


def write(
    output: Output,
    reports: Sequence[Report],
    settings: Settings,
    name: str = "",
    following: bool = False,
    spec_version: str = "",
    listed: bool = False,
    again: Mapping[str, str] | None = None,
) -> None:
    """Writes the reports of a reference, one for each platform: one after the other to standard output, or each into a file
    of its own.

    ``listed``: reports in JSON on standard output are the elements of an array, which ``end_of_array`` ends. ``name`` is the
    name of the file in a folder, without ending; ``following``: reports of other references were written before; ``again``:
    flags for the commands that a report proposes.
    """
    options = replace(_options(output, settings), spec_version=spec_version, again=again or {})
    place = output.path or (output.folder / f"{name}{_ending(output.reporter)}" if output.folder else None)
    if place is None:
        _to_stdout(output, reports, options, following, listed and _is_json(output))
        return
    for report in reports:
        path = place
        if len(reports) > 1:
            path = path.with_name(f"{path.stem}.{str(report.image.platform).replace('/', '-')}{path.suffix}")
        write_file(path, _writer(output.reporter, report, _of_platform(report, options, len(reports) > 1)))


def _of_platform(report: Report, options: ReportOptions, several: bool) -> ReportOptions:
    """The options of a report. If there are several platforms, the commands that it proposes name the report's own."""
    if not several:
        return options
    fix = f"--platform {shlex.quote(str(report.image.platform))} {options.again.get('careen fix', '')}".rstrip()
    return replace(options, again={**options.again, "careen fix": fix})


def end_of_array(outputs: Sequence[Output]) -> None:
    """Ends the arrays of JSON on standard output, after the last report that was ``listed``."""
    if any(_is_json(output) and output.path is None and output.folder is None for output in outputs):
        sys.stdout.write("]\n")


def write_file(path: Path, write_to: Callable[[TextIO], None]) -> None:
    """Writes a temporary file and renames it: no program reads half a file. Devices and pipes are written directly."""
    path = Path(os.path.realpath(path))
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                write_to(stream)
            return
        write_whole(path, lambda file: _as_text(file, write_to))
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}", "choose another file with --output") from None


def _as_text(file: BinaryIO, write_to: Callable[[TextIO], None]) -> None:
    stream = TextIOWrapper(file, encoding="utf-8", newline="\n")
    write_to(stream)
    stream.detach()


def write_lines(lines: Iterable[str]) -> None:
    """Writes text for people to standard output, folded to the width of a terminal."""
    width = width_of(sys.stdout.isatty())
    sys.stdout.writelines(f"{part.rstrip()}\n" for line in lines for part in folded(line, width))


def _writer(reporter: Reporter, report: Report, options: ReportOptions) -> Callable[[TextIO], None]:
    return lambda stream: reporter.write(report, stream, options)


def _options(output: Output, settings: Settings) -> ReportOptions:
    to_stdout = output.path is None and output.folder is None
    terminal = to_stdout and sys.stdout.isatty()
    color = terminal and os.environ.get("TERM") != "dumb"
    if to_stdout and os.environ.get("FORCE_COLOR"):
        color = True
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        color = False
    severities = frozenset[str](settings.severity) or None
    return ReportOptions(
        width=width_of(terminal), color=color, severities=severities, verbose=settings.verbose, template=output.template
    )


def width_of(terminal: bool) -> int:
    """Columns of a terminal; 0 if it is not a terminal, whose lines are not folded unless COLUMNS is set."""
    width = columns() if terminal or os.environ.get("COLUMNS", "").isdecimal() else 0
    return max(width, 60) if width else 0


def _is_json(output: Output) -> bool:
    return output.reporter.media_type.endswith("json")


def _ending(reporter: Reporter) -> str:
    """The ending of a report's file: ``.json``, ``.sarif.json``, ``.table.txt``, ``.md``."""
    if ending := ENDINGS.get(reporter.media_type):
        return ending
    kind = reporter.media_type
    general = (
        ".json" if kind.endswith("json") else ".xml" if kind.endswith("xml") else ".txt" if kind.startswith("text/") else ""
    )
    return general if general == f".{reporter.name}" else f".{reporter.name}{general}"


def _to_stdout(output: Output, reports: Sequence[Report], options: ReportOptions, following: bool, listed: bool) -> None:
    """Writes reports to standard output. A closed pipe ends the writing, not the scan: the exit code is still that of
    the verdict."""
    stream = sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        for index, report in enumerate(reports):
            if index or following:
                stream.write(",\n" if listed else "\n")
            elif listed:
                stream.write("[\n")
            output.reporter.write(report, stream, _of_platform(report, options, len(reports) > 1))
        stream.flush()
    except BrokenPipeError:
        forget_output()
    except OSError as error:
        forget_output()
        raise InputError(f"cannot write to standard output: {error.strerror or error}", "--output FILE") from None

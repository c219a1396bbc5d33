"""Where reports go: standard output, or files that are there whole or not at all."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

from msgspec import Struct

from careen.atomic import write_whole
from careen.config import Settings, nearest
from careen.errors import InputError, UsageError
from careen.model.report import Report
from careen.output.lines import folded
from careen.plugins import Reporter, ReportOptions

from .streams import columns, forget_output


class Output(Struct, frozen=True):
    """``path`` None: standard output, or a file each in ``folder``."""

    reporter: Reporter
    path: Path | None
    folder: Path | None = None


def planned(
    settings: Settings, reporters: Mapping[str, Reporter], folder: Path | None = None, several: bool = False
) -> tuple[Output, ...]:
    """What --format, --output and --output-dir (``folder``) ask for; ``several``: reports of several references.

    Raises UsageError before any work is done where that cannot be.
    """
    outputs = [_output(text, reporters) for text in settings.format]
    named = next((output.path for output in outputs if output.path and not _is_device(output.path)), None)
    if settings.output and str(settings.output) != "-" and not _is_device(settings.output):
        named = named or settings.output
    if several and named:
        raise UsageError(f"{str(named)!r} has a place for one report", "--output-dir DIR writes a file for each reference")
    if folder is not None:
        if settings.output:
            raise UsageError("--output and --output-dir exclude each other", "leave one of them out")
        return _in_folder(folder, outputs)
    open_ones = [output for output in outputs if output.path is None]
    if len(open_ones) > 1:
        names = " and ".join(output.reporter.name for output in open_ones)
        raise UsageError(
            f"{names} cannot both go to {'the same file' if settings.output else 'standard output'}",
            f"--format {open_ones[1].reporter.name}=FILE",
        )
    if settings.output:
        if not open_ones:
            raise UsageError("--output has nothing to write: every --format names its own file", "leave one of them out")
        to_stdout = str(settings.output) == "-"
        outputs = [Output(one.reporter, one.path or (None if to_stdout else settings.output)) for one in outputs]
    files = [os.path.realpath(output.path) for output in outputs if output.path and not _is_device(output.path)]
    for file in files:
        if files.count(file) > 1:
            raise UsageError(f"two formats cannot both go to {file!r}", "give each a file of its own")
    for output in outputs:
        if output.path and not output.path.parent.is_dir():
            raise UsageError(f"no folder {str(output.path.parent)!r} to write {output.path.name!r} into", "make it first")
        if output.path and output.path.is_dir():
            raise UsageError(f"{str(output.path)!r} is a folder", "name a file")
    return tuple(outputs)


def _in_folder(folder: Path, outputs: Sequence[Output]) -> tuple[Output, ...]:
    """Those that name no file of their own have one in the folder, which is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}", "choose another --output-dir") from None
    return tuple(Output(one.reporter, one.path, None if one.path else folder) for one in outputs)


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file()


def write(output: Output, reports: Sequence[Report], settings: Settings, name: str = "", following: bool = False) -> None:
    """Several reports (one a platform) follow each other on standard output and have each a file of their own.

    ``name`` is that of the file in a folder, without ending; ``following``: reports of other references stand before.
    """
    options = _options(output, settings)
    place = output.path or (output.folder / f"{name}{_ending(output.reporter)}" if output.folder else None)
    if place is None:
        _to_stdout(output, reports, options, following)
        return
    for report in reports:
        path = place
        if len(reports) > 1:
            path = path.with_name(f"{path.stem}.{str(report.image.platform).replace('/', '-')}{path.suffix}")
        whole(path, _writer(output.reporter, report, options))


def whole(path: Path, write_to: Callable[[TextIO], None]) -> None:
    """Writes aside and renames, so that nobody ever reads half a file; devices and pipes are written as they are."""
    path = Path(os.path.realpath(path))
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                write_to(stream)
            return
        write_whole(path, lambda file: _as_text(file, write_to))
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}", "--output names another file") from None


def _as_text(file: BinaryIO, write_to: Callable[[TextIO], None]) -> None:
    stream = TextIOWrapper(file, encoding="utf-8", newline="\n")
    write_to(stream)
    stream.detach()


def write_lines(lines: Iterable[str]) -> None:
    """Text for people on standard output, folded to the width of a terminal."""
    width = width_of(sys.stdout.isatty())
    sys.stdout.writelines(f"{part.rstrip()}\n" for line in lines for part in folded(line, width))


def _writer(reporter: Reporter, report: Report, options: ReportOptions) -> Callable[[TextIO], None]:
    return lambda stream: reporter.write(report, stream, options)


def _output(text: str, reporters: Mapping[str, Reporter]) -> Output:
    name, separator, file = text.partition("=")
    name = name if name in reporters else name.lower()
    if name not in reporters:
        near = nearest(name, reporters)
        raise UsageError(f"unknown format {name!r}", f"did you mean {near}?" if near else f"formats: {', '.join(reporters)}")
    if separator and not file:
        raise UsageError(f"--format {text} names no file", f"--format {name}=FILE, or --format {name}")
    return Output(reporters[name], Path(file).expanduser() if file and file != "-" else None)


def _options(output: Output, settings: Settings) -> ReportOptions:
    to_stdout = output.path is None and output.folder is None
    terminal = to_stdout and sys.stdout.isatty()
    color = terminal and os.environ.get("TERM") != "dumb"
    if to_stdout and os.environ.get("FORCE_COLOR"):
        color = True
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        color = False
    severities = frozenset[str](settings.severity) or None
    return ReportOptions(width=width_of(terminal), color=color, severities=severities, verbose=settings.verbose)


def width_of(terminal: bool) -> int:
    """Columns of a terminal; 0 for what is none, which gets its lines whole unless COLUMNS says otherwise."""
    width = columns() if terminal or os.environ.get("COLUMNS", "").isdecimal() else 0
    return max(width, 60) if width else 0


def _ending(reporter: Reporter) -> str:
    """``.json``, ``.sarif.json``, ``.table.txt``."""
    general = ".json" if reporter.media_type.endswith("json") else ".txt" if reporter.media_type.startswith("text/") else ""
    return general if general == f".{reporter.name}" else f".{reporter.name}{general}"


def _to_stdout(output: Output, reports: Sequence[Report], options: ReportOptions, following: bool) -> None:
    """A closed pipe ends the writing, not the scan: the exit code still tells the verdict."""
    stream = sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        for index, report in enumerate(reports):
            if index or following:
                stream.write("\n")
            output.reporter.write(report, stream, options)
        stream.flush()
    except BrokenPipeError:
        forget_output()
    except OSError as error:
        forget_output()
        raise InputError(f"cannot write to standard output: {error.strerror or error}", "--output FILE") from None

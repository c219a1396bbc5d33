"""The destination of each report, from --format, --output and --output-dir, decided before any work is done."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from careen.config import Settings, nearest
from careen.errors import UsageError
from careen.log import logger
from careen.plugins import Reporter

log = logger(__name__)

# Names of formats as other scanners write them.
SAME_FORMATS = {"cyclonedx-json": "cyclonedx", "spdx-json": "spdx", "md": "markdown"}


class Output(Struct, frozen=True):
    """A report to write. ``path`` None: it goes to standard output, or into a file for each reference in ``folder``."""

    reporter: Reporter
    path: Path | None
    folder: Path | None = None
    template: tuple[str, str] | None = None  # name and text


def plan_outputs(
    settings: Settings, reporters: Mapping[str, Reporter], folder: Path | None = None, several: bool = False
) -> tuple[Output, ...]:
    """The reports to write. ``folder`` is --output-dir; ``several``: there is a report for each of several
    references.

    Raises UsageError if two outputs have the same destination, or one cannot be written.
    """
    _refuse_format(settings.output, reporters)
    outputs = [_output(text, reporters) for text in settings.format]
    if several:
        _refuse_single_file(settings.output, outputs)
    if folder is not None:
        if settings.output:
            raise UsageError("--output and --output-dir exclude each other", "leave one of them out")
        return _in_folder(folder, outputs)
    outputs = _at_output(settings.output, outputs)
    files = [output.path for output in outputs if output.path]
    _refuse_same_file(files)
    for file in files:
        _refuse_unwritable(file)
    for output in outputs:
        _warn_of_suffix(output, reporters)
    return tuple(outputs)


def _warn_of_suffix(output: Output, reporters: Mapping[str, Reporter]) -> None:
    """Warns if the file of a table has the ending of another format: a program that reads report.json cannot read a
    table."""
    suffix = output.path.suffix.lower().removeprefix(".") if output.path else ""
    if output.reporter.name == "table" and suffix in reporters:
        log.warning("%s gets the table: --format %s writes %s there", output.path, suffix, suffix)


def _output(text: str, reporters: Mapping[str, Reporter]) -> Output:
    """Reads FORMAT, FORMAT=FILE, template=TEMPLATE or template=TEMPLATE=FILE. Raises: UsageError."""
    name, separator, file = text.partition("=")
    name = name if name in reporters else SAME_FORMATS.get(name.lower(), name.lower())
    if name not in reporters:
        near = nearest(name, reporters)
        raise UsageError(f"unknown format {name!r}", f"did you mean {near}?" if near else f"formats: {', '.join(reporters)}")
    template = None
    if reporters[name].reads_template:
        given, separator, file = file.partition("=")
        template = _template(given)
    if separator and not file:
        raise UsageError(f"--format {text} names no file", f"--format {name}=FILE, or --format {name}")
    return Output(reporters[name], Path(file).expanduser() if file and file != "-" else None, template=template)


def _refuse_format(place: Path | None, reporters: Mapping[str, Reporter]) -> None:
    """Refuses ``-o json``: it is a format in other scanners, and hardly the name of a file."""
    name = str(place).partition("=")[0] if place else ""
    if name in reporters or name in SAME_FORMATS:
        raise UsageError(
            f"--output takes a file, and {name} is a format", f"--format {place}, or --output ./{name} for a file of that name"
        )


def _template(place: str) -> tuple[str, str]:
    """The template's name and text, read and tried out before any other work."""
    from careen.formats.data.jinja import MAX_TEMPLATE_BYTES, filled

    if not place:
        raise UsageError("--format template names no template", "--format template=FILE")
    path = Path(place).expanduser()
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_TEMPLATE_BYTES + 1)
        if len(data) > MAX_TEMPLATE_BYTES:
            raise ValueError(f"it is over {MAX_TEMPLATE_BYTES >> 20} MiB")
        text = data.decode()
        filled(path.name, text, None)
    except OSError as error:
        raise UsageError(f"the template {place} cannot be read: {error.strerror or error}", "check the path") from None
    except ValueError as error:
        raise UsageError(
            f"the template {place} cannot be used: {error}", "docs/templates.md shows what one looks like"
        ) from None
    return path.name, text


def _at_output(place: Path | None, outputs: Sequence[Output]) -> list[Output]:
    """The outputs; the one without a file of its own goes to --output, else to standard output. Raises UsageError if several
    have no file, or if --output is given and all have one.
    """
    unplaced = [output.reporter.name for output in outputs if output.path is None]
    if len(unplaced) > 1:
        target = "the same file" if place else "standard output"
        raise UsageError(f"{' and '.join(unplaced)} cannot both go to {target}", f"--format {unplaced[1]}=FILE")
    if place is None:
        return list(outputs)
    if not unplaced:
        raise UsageError(
            "--output has nothing to write: every --format names its own file",
            "leave out --output, or the file of one --format",
        )
    file = None if str(place) == "-" else place
    return [replace(output, path=output.path or file) for output in outputs]


def _in_folder(folder: Path, outputs: Sequence[Output]) -> tuple[Output, ...]:
    """The outputs, of which those without a file of their own get files in the folder, which is created."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}", "choose another --output-dir") from None
    return tuple(replace(output, folder=None if output.path else folder) for output in outputs)


def _refuse_single_file(place: Path | None, outputs: Sequence[Output]) -> None:
    """Refuses one file for the reports of several references; a device takes any number."""
    places = [output.path for output in outputs]
    if place and str(place) != "-":
        places.append(place)
    for file in places:
        if file and not _is_device(file):
            raise UsageError(f"{str(file)!r} has a place for one report", "--output-dir DIR writes a file for each reference")


def _refuse_same_file(files: Sequence[Path]) -> None:
    paths = [os.path.realpath(file) for file in files if not _is_device(file)]
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(f"two formats cannot both go to {path!r}", "give each a file of its own")


def _refuse_unwritable(file: Path) -> None:
    if not file.parent.is_dir():
        raise UsageError(f"no folder {str(file.parent)!r} to write {file.name!r} into", "make it first")
    if file.is_dir():
        raise UsageError(f"{str(file)!r} is a folder", "name a file")


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file()

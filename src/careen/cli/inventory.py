"""``careen inventory``: lists the content of an image as a table, JSON, package URLs or an SBOM; and compares two images."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from careen.errors import UsageError

from .arguments import BOUNDS, NETWORK, Parser, add_common, add_settings
from .references import add_references, each, file_names, references_of
from .settings import loaded_settings

if TYPE_CHECKING:
    from careen.config import Settings
    from careen.model.package import Package
    from careen.model.report import Report
    from careen.plugins import Reporter, ReportOptions

SBOMS = ("cyclonedx", "cyclonedx-xml", "spdx", "spdx3", "purls", "github")
SCHEMA = "careen.inventory/1"
KEPT = ("tool", "created", "target", "layers", "packages", "unknowns")
COLUMNS = ("PACKAGE", "VERSION", "TYPE", "LAYER", "NOTE")


def parser() -> Parser:
    made = Parser(
        prog="careen inventory",
        usage="careen inventory [flags] REFERENCE …\n       careen inventory [flags] diff REFERENCE REFERENCE",
        description="List the packages of an image, or what changed between two. No advisory is needed.",
        epilog="Formats: table, json, cyclonedx, cyclonedx-xml, spdx, spdx3, purls; of a diff: table, json. Lists of\n"
        "several references follow each other, in JSON as one array; --output-dir writes a file for each.",
    )
    add_references(made, "as for careen scan: an image, an archive, a folder, an SBOM; or the word diff and two of them")
    made.add_argument(
        "--files",
        metavar="STATES",
        nargs="?",
        const="all",
        default="",
        type=_states,
        help="the files instead of the packages, by whether a package explains them: all, or verified, listed, identified, "
        "modified, unexplained (comma-separated)",
    )
    add_settings(made, "image", ("platform",))
    add_settings(made, "what to look for", ("verify", "origin_kb"))
    add_settings(made, "report", ("format", "output", "verbose", "quiet", "no_progress"))
    add_settings(made, "registry and network", NETWORK)
    add_settings(made, "reading", ("verify_diff_ids", "read_toc", "jobs", "no_cache", *BOUNDS))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.inventories import inventory_report
    from careen.app.session import Session

    from .assessing import with_progress
    from .log import start
    from .output import end_of_array, write
    from .output_plan import plan_outputs

    loaded = loaded_settings(arguments)
    settings = loaded.settings
    start(settings.log_level, settings.quiet)
    if arguments.references[:1] == ["diff"]:
        if len(arguments.references) != 3 or arguments.from_file or arguments.output_dir:
            raise UsageError("diff takes two references", "careen inventory diff REFERENCE REFERENCE")
        return _diff(arguments.references[1], arguments.references[2], settings)
    references = references_of(arguments, "careen inventory")
    if arguments.files:
        return _files(references, settings, arguments)
    outputs = plan_outputs(settings, formats(), arguments.output_dir, len(references) > 1)
    names, written, listed = file_names(references), 0, len(references) > 1

    with Session(settings, details=any(output.reporter.with_details for output in outputs), alone=True) as session:

        def list_one(reference: str) -> int:
            nonlocal written
            report = with_progress(settings, lambda progress: inventory_report(reference, session, progress))
            for output in outputs:
                write(output, [report], settings, names[reference], written > 0, listed=listed)
            written += 1
            return 0

        code = each(references, list_one, arguments.debug)
        if listed and written:
            end_of_array(outputs)
        return code


def _states(text: str) -> tuple[str, ...]:
    from careen.model.ledger import STATES

    asked = tuple(word.strip() for word in text.split(","))
    if asked in (("all",), ("",)):
        return STATES if asked == ("all",) else ()
    if unknown := [word for word in asked if word not in STATES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is not a state: all, or any of {', '.join(STATES)}")
    return asked


def _files(references: "Sequence[str]", settings: "Settings", arguments: argparse.Namespace) -> int:
    from careen.app.session import Session

    from .assessing import with_progress
    from .inventory_files import write_json, write_table

    writers = {"table": write_table, "json": write_json}
    if len(settings.format) != 1 or settings.format[0].lower() not in writers:
        raise UsageError("a list of files has one format: table or json", "--format json, and --output FILE for a file")
    if arguments.output_dir:
        raise UsageError("a list of files is written to --output", "--output FILE")
    writer = writers[settings.format[0].lower()]
    with Session(settings, alone=True) as session:

        def list_one(reference: str) -> int:
            listed = with_progress(settings, lambda progress: session.files(reference, progress))
            if settings.output and str(settings.output) != "-":
                from .output import write_file

                write_file(settings.output, lambda stream: writer(reference, *listed, arguments.files, stream))
            else:
                writer(reference, *listed, arguments.files, sys.stdout)
            return 0

        return each(references, list_one, arguments.debug)


def formats() -> "Mapping[str, Reporter]":
    """The formats of the command: a table and JSON with packages alone, and the formats of SBOMs."""
    from careen.app.wiring import reporters
    from careen.plugins import Reporter

    every = reporters()
    return {
        "table": Reporter("table", "text/plain", _table),
        "json": Reporter("json", "application/json", _json),
        **{name: every[name] for name in SBOMS},
    }


def _diff(package: str, other: str, settings: "Settings") -> int:
    from careen.app.inventories import inventory_diff

    from .assessing import with_progress
    from .inventory_diff import write_json, write_table

    writers = {"table": write_table, "json": write_json}
    if len(settings.format) != 1 or settings.format[0].lower() not in writers:
        raise UsageError("a diff has one format: table or json", "--format json, and --output FILE for a file")
    compared = with_progress(settings, lambda progress: inventory_diff(package, other, settings, progress))
    writer = writers[settings.format[0].lower()]
    if settings.output and str(settings.output) != "-":
        from .output import write_file

        write_file(settings.output, lambda stream: writer(compared, stream))
    else:
        writer(compared, sys.stdout)
    return 0


def _json(report: "Report", stream: TextIO, options: "ReportOptions") -> None:
    from careen.output.json_text import write_json
    from careen.reports.json import document

    whole = document(report, options)
    write_json({"schema": SCHEMA} | {key: whole[key] for key in KEPT}, stream)


def _table(report: "Report", stream: TextIO, options: "ReportOptions") -> None:
    from careen.output.escape import visible
    from careen.output.lines import plural
    from careen.output.summary import merged

    from .columns import write_columns

    image, distribution = report.image, report.inventory.distribution
    name = f", {visible(distribution.pretty_name or f'{distribution.id} {distribution.version}')}" if distribution else ""
    packages = [package for _, package in merged(report.inventory.packages)]
    listed = sorted(packages, key=lambda package: (package.type, package.name, package.version))
    rows = [
        (
            package.name,
            package.version,
            package.type,
            str(package.evidence[0].layer) if package.evidence and image.layers else "-",
            _note(package, options.verbose),
        )
        for package in listed
    ]
    stream.write(f"{visible(image.reference)}: {plural(len(packages), 'package')}{name}\n\n")
    write_columns(COLUMNS, rows, stream, options.width)
    if report.inventory.unknowns:
        unknowns = report.inventory.unknowns
        shown = unknowns if options.verbose else unknowns[:10]
        stream.write(f"\nNot read, or not to the end ({len(unknowns):,}):\n")
        for unknown in shown:
            place = unknown.evidence
            where = f"{visible(place.path)} (layer {place.layer})" if place.path else f"layer {place.layer}"
            stream.write(f"  {where}: {visible(unknown.reason, 300)}\n")
        if len(shown) < len(unknowns):
            stream.write(f"  and {len(unknowns) - len(shown):,} more (--verbose)\n")


def _note(package: "Package", verbose: bool) -> str:
    from careen.model.package import GUESSED

    words: list[str] = [package.presence] if package.presence != "present" else []
    if package.confidence < GUESSED:
        words.append("guessed")
    if package.owned_by:
        words.append(f"of {package.owned_by.partition('@')[0].rpartition('/')[2]}")
    note = ", ".join(words)
    return " ".join(filter(None, (note, *(place.path for place in package.evidence)))) if verbose else note

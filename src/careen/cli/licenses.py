"""``careen licenses``: the licences of an image's packages, as a table, JSON or an attribution file."""

import argparse
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from .arguments import BOUNDS, NETWORK, Parser, add_common, add_settings
from .references import add_references, each, file_names, references_of
from .settings import loaded_settings

if TYPE_CHECKING:
    from careen.app.licensing import Component
    from careen.model.report import Report
    from careen.plugins import Reporter, ReportOptions

SCHEMA = "careen.licences/1"
COLUMNS = ("LICENCE", "CATEGORY", "PACKAGES", "")
SHOWN = 3  # packages of a line
UNKNOWN = "not known"  # the image states a licence that is not recognised
UNSTATED = "none stated"


def parser() -> Parser:
    made = Parser(
        prog="careen licenses",
        usage="careen licenses [flags] REFERENCE …",
        description="List the licences of all packages: what each declares, and what its files show.",
        epilog="Formats: table, json, notice (an attribution file). Rules about licences: careen scan --scanners licence.",
    )
    add_references(made, "as for careen scan: an image, an archive, a folder, an SBOM")
    add_settings(made, "image", ("platform",))
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

    settings = loaded_settings(arguments).settings
    start(settings.log_level, settings.quiet)
    references = references_of(arguments, "careen licenses")
    outputs = plan_outputs(settings, formats(), arguments.output_dir, len(references) > 1)
    names, written, listed = file_names(references), 0, len(references) > 1

    with Session(settings, details=True, alone=True) as session:

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


def formats() -> "Mapping[str, Reporter]":
    from careen.app.wiring import reporters
    from careen.plugins import Reporter

    return {
        "table": Reporter("table", "text/plain", _table),
        "json": Reporter("json", "application/json", _json),
        "notice": reporters()["notice"],
    }


def _json(report: "Report", stream: TextIO, options: "ReportOptions") -> None:
    from careen.app.licensing import category, components_of, states_none
    from careen.output.json_text import write_json

    packages = [
        {
            "purl": component.purl,
            "name": component.package.name,
            "version": component.package.version,
            "stated": list(component.package.licenses),
            "declared": component.licence.declared or None,
            "found": component.licence.found or None,
            "concluded": component.licence.concluded or None,
            "category": category(component.licence.concluded),
            "states_none": states_none(component),
            "copyright": list(component.holders),
            "files": [{"path": file.path, "expression": file.expression or None} for file in component.licence_files],
        }
        for component in components_of(report)
    ]
    write_json({"schema": SCHEMA, "target": report.image.reference, "packages": packages}, stream)


def _table(report: "Report", stream: TextIO, options: "ReportOptions") -> None:
    from careen.app.licensing import category, components_of, differs, states_none
    from careen.output.escape import visible
    from careen.output.lines import plural

    from .columns import write_columns

    components = components_of(report)
    by_licence: dict[str, list[Component]] = defaultdict(list)
    for component in components:
        name = UNSTATED if states_none(component) else component.licence.concluded or UNKNOWN
        by_licence[name].append(component)
    silent = len(by_licence.get(UNSTATED, ()))
    known = sum(component.licence.is_known for component in components)
    unstated = f"; of {silent:,} the image states none" if silent else ""
    head = f"{visible(report.image.reference)}: {plural(len(components), 'package')}, "
    _paragraph(f"{head}{known:,} with a licence of the SPDX list{unstated}", stream, options.width)
    stream.write("\n")
    rows = [
        (licence, category(found[0].licence.concluded), f"{len(found):,}", _names(found, options.verbose))
        for licence, found in sorted(by_licence.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    write_columns(COLUMNS, rows, stream, options.width)
    differing = [component for component in components if differs(component)]
    if differing:
        stream.write(f"\nDeclared, and other licences found in their files ({len(differing):,}):\n")
        for component in differing if options.verbose else differing[:10]:
            name = f"{component.package.name} {component.package.version}".strip()
            text = f"{visible(name)}: {visible(component.licence.declared)}; found {visible(component.licence.found)}"
            _paragraph(text, stream, options.width, "  ")
        if len(differing) > 10 and not options.verbose:
            stream.write(f"  and {len(differing) - 10:,} more (--verbose)\n")


def _paragraph(text: str, stream: TextIO, width: int, indent: str = "") -> None:
    from careen.output.lines import wrapped

    first, *rest = wrapped(text, max(width - len(indent) - 2, 30)) if width else [text]
    stream.write(f"{indent}{first}\n")
    stream.writelines(f"{indent}  {part}\n" for part in rest)


def _names(components: "list[Component]", verbose: bool) -> str:
    names = sorted({component.package.name for component in components})
    shown = names if verbose else names[:SHOWN]
    more = f" and {len(names) - len(shown):,} more" if len(shown) < len(names) else ""
    return ", ".join(shown) + more

"""``careen sbom``: writes an SBOM of an image, and lists the elements of a profile that it lacks."""

import argparse
import sys
from typing import TYPE_CHECKING

from careen.errors import UsageError

from .arguments import BOUNDS, NETWORK, Parser, add_common, add_settings
from .references import add_references, each, file_names, references_of
from .settings import loaded_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from careen.app.licensing import Element, Profile
    from careen.model.report import Report

FORMATS = ("cyclonedx", "cyclonedx-xml", "spdx", "spdx3")
VERSIONS = {"cyclonedx": ("1.4", "1.5", "1.6", "1.7"), "spdx": ("2.3",), "spdx3": ("3.0.1",)}
VERSIONS["cyclonedx-xml"] = VERSIONS["cyclonedx"]
PROFILES = ("ntia", "cisa-2025", "bsi-tr-03183")
SHOWN = 10


def parser() -> Parser:
    made = Parser(
        prog="careen sbom",
        usage="careen sbom [flags] REFERENCE …",
        description="Write an SBOM with licences, suppliers, digests and dependencies. No advisory is needed.",
        epilog="Formats: cyclonedx (the default), cyclonedx-xml, spdx, spdx3. With --profile the list of what is missing\n"
        "goes to standard output and the exit code is 1 if anything is; the SBOM itself is written with --output FILE.",
    )
    add_references(made, "as for careen scan: an image, an archive, a folder, an SBOM")
    made.add_argument("--spec-version", metavar="VERSION", default="", help="version of the format: 1.4 to 1.7 of CycloneDX")
    made.add_argument("--supplier", metavar="NAME", default="", help="who supplies the image, if its labels do not state it")
    made.add_argument("--profile", choices=PROFILES, help="list the elements of a profile that the SBOM lacks")
    add_settings(made, "image", ("platform",))
    add_settings(made, "report", ("format", "output", "quiet", "no_progress"))
    add_settings(made, "registry and network", NETWORK)
    add_settings(made, "reading", ("verify_diff_ids", "read_toc", "jobs", "no_cache", *BOUNDS))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from msgspec.structs import replace

    from careen.app.inventories import inventory_report
    from careen.app.session import Session
    from careen.app.wiring import reporters

    from .assessing import with_progress
    from .errors import print_note
    from .log import start
    from .output import end_of_array, write
    from .output_plan import plan_outputs

    settings = loaded_settings(arguments).settings
    settings = settings if settings.format != ("table",) else replace(settings, format=(FORMATS[0],))
    start(settings.log_level, settings.quiet)
    references = references_of(arguments, "careen sbom")
    every = reporters()
    outputs = plan_outputs(settings, {name: every[name] for name in FORMATS}, arguments.output_dir, len(references) > 1)
    for output in outputs:
        _refuse_version(output.reporter.name, arguments.spec_version)
    names, written, listed = file_names(references), 0, len(references) > 1

    with Session(settings, details=True, alone=True) as session:

        def write_one(reference: str) -> int:
            nonlocal written
            report = with_progress(settings, lambda progress: inventory_report(reference, session, progress, whole=True))
            report = _supplied_by(arguments.supplier, report)
            for output in outputs:
                if arguments.profile is None or output.path or output.folder:
                    write(output, [report], settings, names[reference], written > 0, arguments.spec_version, listed=listed)
            written += 1
            if report.image.kind == "sbom" and not settings.quiet:
                print_note(f"to list the vulnerabilities of an SBOM: careen scan {reference}")
            return _check(report, arguments.profile) if arguments.profile else 0

        code = each(references, write_one, arguments.debug)
        if listed and written:
            end_of_array(outputs)
        return code


def _supplied_by(name: str, report: "Report") -> "Report":
    from msgspec.structs import replace

    if not name:
        return report
    labels = {**report.image.config.labels, "org.opencontainers.image.vendor": name}
    return replace(report, image=replace(report.image, config=replace(report.image.config, labels=labels)))


def _refuse_version(format: str, version: str) -> None:
    if version and version not in VERSIONS[format]:
        raise UsageError(f"Careen does not write version {version!r} of {format}", f"versions: {', '.join(VERSIONS[format])}")


def _check(report: "Report", profile: "Profile") -> int:
    from careen.app.licensing import elements_of
    from careen.output.escape import visible

    elements = elements_of(report, profile)
    sys.stdout.write(f"{visible(report.image.reference)}: {profile}\n\n")
    for element in elements:
        sys.stdout.writelines(f"{line}\n" for line in _lines(element))
    return 0 if all(element.complete for element in elements) else 1


def _lines(element: "Element") -> "Iterator[str]":
    from careen.output.escape import visible

    if element.of_document:
        yield f"{'ok' if element.complete else 'missing':<8}  {element.name}"
    else:
        have = element.total - len(element.missing)
        yield f"{'ok' if element.complete else 'missing':<8}  {element.name}: {have:,} of {element.total:,} components"
    yield from (f"            {visible(name, 200)}" for name in element.missing[:SHOWN])
    if len(element.missing) > SHOWN:
        yield f"            and {len(element.missing) - SHOWN:,} more"

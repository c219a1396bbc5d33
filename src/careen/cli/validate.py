"""``careen validate``: whether documents conform to their specification, and the places at which they do not."""

import argparse
import sys
from typing import TYPE_CHECKING

from .arguments import Parser, add_common
from .references import each
from .settings import loaded_settings

if TYPE_CHECKING:
    from careen.app.validating import Validity

SCHEMA = "careen.validation/1"
KINDS = ("cyclonedx", "spdx", "csaf", "openvex", "oci-manifest", "oci-index", "oci-config", "oci-layout", "oci-descriptor")
NAMES = {"cyclonedx": "CycloneDX", "spdx": "SPDX", "csaf": "CSAF", "openvex": "OpenVEX"}
NAMES |= {kind: f"OCI {kind.removeprefix('oci-')}" for kind in KINDS if kind.startswith("oci-")}


def parser() -> Parser:
    made = Parser(
        prog="careen validate",
        usage="careen validate [flags] FILE …",
        description="Check whether SBOMs, VEX and advisory documents, and documents of images follow their specification.\n"
        "Nothing is downloaded: the schemas are part of Careen.",
        epilog="Documents: CycloneDX 1.0 to 1.7 (JSON, XML, protocol buffer text), SPDX 2 (JSON, YAML, XML, RDF/XML,\n"
        "tag-value) and 3.0 (JSON-LD), CSAF 2.0 and 2.1, OpenVEX to 0.2.0, and OCI manifests, indexes, configurations,\n"
        "layouts, descriptors. Exit codes: 0 all are valid; 1 one is not; 2 usage; 3 one could not be read.",
    )
    made.add_argument("files", metavar="FILE", nargs="+", help="a document, which may be gzipped; - is standard input")
    made.add_argument(
        "--kind",
        metavar="KIND",
        choices=KINDS,
        default="",
        help=f"what the documents are, if they do not state it: {', '.join(KINDS)}",
    )
    made.add_argument("-f", "--format", choices=("text", "json"), default="text", help="text (the default) or json")
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.validating import validate_file

    from .log import start

    settings = loaded_settings(arguments).settings
    start(settings.log_level, settings.quiet)
    found: list[tuple[str, Validity]] = []

    def validate_one(place: str) -> int:
        validity = validate_file(place, arguments.kind)
        found.append((place, validity))
        if arguments.format == "text":
            _write_text(place, validity)
        return 0 if validity.valid else 1

    try:
        return each(arguments.files, validate_one, arguments.debug, done="validated")
    finally:
        if arguments.format == "json" and found:
            _write_json(found)


def _write_text(place: str, validity: "Validity") -> None:
    from careen.output.escape import visible
    from careen.output.lines import plural

    what = f"{NAMES.get(validity.kind, validity.kind)} {validity.version} ({validity.syntax})"
    verdict = "valid" if validity.valid else plural(len(validity.problems), "problem")
    sys.stdout.write(f"{visible(place)}: {visible(what, 100)}, {verdict}\n")
    for problem in validity.problems:
        rule = f" [{problem.rule}]" if problem.rule else ""
        sys.stdout.write(f"  {visible(problem.place, 300)}: {visible(problem.message)}{rule}\n")


def _write_json(found: "list[tuple[str, Validity]]") -> None:
    from careen.output.json_text import write_json

    documents = [
        {
            "file": place,
            "kind": validity.kind,
            "version": validity.version,
            "syntax": validity.syntax,
            "valid": validity.valid,
            "problems": [
                {"place": problem.place, "message": problem.message, "rule": problem.rule or None}
                for problem in validity.problems
            ],
        }
        for place, validity in found
    ]
    write_json({"schema": SCHEMA, "documents": documents}, sys.stdout)

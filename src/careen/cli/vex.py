"""``careen vex create``: your decisions about the findings of an image, as an OpenVEX document."""

import argparse
import hashlib
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from careen.errors import UsageError

from .arguments import Parser, add_settings
from .assessing import REFERENCE, add_assessment_flags, settings_of, with_progress, write_json

if TYPE_CHECKING:
    from careen.formats.vex.statements import Statement
    from careen.model.report import Report

STATUS = ("not_affected", "affected", "fixed", "under_investigation")


def parser() -> Parser:
    made = Parser(
        prog="careen vex",
        usage="careen vex create [flags] --status STATUS --id ID REFERENCE\n"
        "       careen vex create [flags] --status STATUS --from-ignores REFERENCE",
        description="Write your decisions about the findings of an image as an OpenVEX document, which "
        "careen scan --vex and other scanners read.",
    )
    made.add_argument("action", choices=["create"], help="create: write a document to standard output")
    made.add_argument("reference", metavar="REFERENCE", help=REFERENCE)
    group = made.add_argument_group("statement")
    group.add_argument("--status", metavar="STATUS", type=str.lower, choices=STATUS, required=True, help=", ".join(STATUS))
    group.add_argument("--id", dest="ids", metavar="ID", action="append", default=[], help="id of a finding; may be repeated")
    group.add_argument(
        "--package",
        dest="packages",
        metavar="NAME",
        action="append",
        default=[],
        help="only in this package (name or purl); may be repeated",
    )
    group.add_argument(
        "--justification",
        metavar="WORD|TEXT",
        default="",
        help="why it is not affected: a keyword such as vulnerable_code_not_in_execute_path, or your own text",
    )
    group.add_argument(
        "--from-ignores",
        action="store_true",
        help="state it about the findings that --ignore-file suppresses, with its reasons",
    )
    group.add_argument(
        "--any-image", action="store_true", help="state it about the packages in any image, not in this one alone"
    )
    group.add_argument("--author", metavar="NAME", default="", help="author of the statements (default: unknown)")
    add_settings(made, "document", ("output",))
    add_assessment_flags(made, ("ignore_file",))
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.session import Session
    from careen.policy.triage import statements_about, statements_of_ignores

    _check(arguments)
    settings = settings_of(arguments)
    if arguments.from_ignores and not settings.ignore_file:
        raise UsageError("--from-ignores has no rules to read", "--ignore-file FILE names them")
    with Session(settings) as session:
        report = with_progress(settings, lambda progress: session.scan(arguments.reference, progress))
    stated: tuple[Statement, ...] = ()
    if arguments.from_ignores:
        stated += statements_of_ignores(report, arguments.status, arguments.any_image)
    if arguments.ids:
        stated += statements_about(
            report, arguments.ids, arguments.status, arguments.justification, arguments.packages, arguments.any_image
        )
    document = _document(report, stated, arguments.author or "unknown")
    if settings.output is None:
        write_json(document)
        return 0
    from careen.output.json_text import write_json as written

    from .output import write_whole

    write_whole(settings.output, lambda stream: written(document, stream))
    sys.stderr.write(
        f"careen: {len(stated)} {'statement' if len(stated) == 1 else 'statements'} in {settings.output}\n"
        if not settings.quiet
        else ""
    )
    return 0


def _check(arguments: argparse.Namespace) -> None:
    from careen.config import nearest
    from careen.formats.vex.statements import JUSTIFICATIONS

    if not arguments.ids and not arguments.from_ignores:
        raise UsageError("no statement: name a finding", "--id CVE-…, or --from-ignores with --ignore-file")
    word = arguments.justification
    if arguments.status == "not_affected" and arguments.ids and not word:
        raise UsageError("not_affected needs a --justification", f"one of {', '.join(JUSTIFICATIONS)}, or your own text")
    if word and " " not in word and word not in JUSTIFICATIONS and (near := nearest(word, JUSTIFICATIONS, 0.7)):
        raise UsageError(f"--justification {word!r} is not a justification of OpenVEX", f"did you mean {near}?")


def _document(report: "Report", stated: "tuple[Statement, ...]", author: str) -> dict[str, object]:
    from msgspec import json

    from careen.formats.vex.openvex import document

    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    digest = hashlib.sha256(json.encode([report.image.digest, author, now, stated])).hexdigest()
    return document(stated, author, now, f"https://openvex.dev/docs/public/vex-{digest}")

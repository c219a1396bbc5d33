"""``careen vex create``: your decisions about the findings of an image, as an OpenVEX document."""

import argparse
import sys

from careen.errors import UsageError

from .arguments import Parser, add_settings
from .assessing import REFERENCE, add_assessment_flags, settings_of, with_progress, write_json

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
        "--any-image", action="store_true", help="state it about the packages in any image, not only in this one"
    )
    group.add_argument("--author", metavar="NAME", default="", help="author of the statements (default: unknown)")
    add_settings(made, "document", ("output",))
    add_assessment_flags(made, ("ignore_file",))
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.decisions import Decision, vex_document

    _check(arguments)
    settings = settings_of(arguments)
    if arguments.from_ignores and not settings.ignore_file:
        raise UsageError("--from-ignores has no rules to read", "--ignore-file FILE names them")
    decision = Decision(
        status=arguments.status,
        ids=tuple(arguments.ids),
        packages=tuple(arguments.packages),
        justification=arguments.justification,
        from_ignores=arguments.from_ignores,
        any_image=arguments.any_image,
        author=arguments.author or "unknown",
    )
    count, document = with_progress(settings, lambda progress: vex_document(arguments.reference, decision, settings, progress))
    if settings.output is None:
        write_json(document)
        return 0
    from careen.output.json_text import write_json as write_document
    from careen.output.lines import plural

    from .output import write_file

    write_file(settings.output, lambda stream: write_document(document, stream))
    if not settings.quiet:
        sys.stderr.write(f"careen: {plural(count, 'statement')} in {settings.output}\n")
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

"""``careen browse``: the findings of a report in a terminal, by action, package, layer or risk."""

import argparse
import sys
from importlib.util import find_spec

from .arguments import Parser
from .assessing import REFERENCE, add_assessment_flags, settings_of, with_progress


def parser() -> Parser:
    made = Parser(
        prog="careen browse",
        usage="careen browse [flags] REPORT|REFERENCE",
        description="Walk through the findings of a report: by what fixes them, by package, by layer or by risk, with keys and "
        "search. It needs the extra: pip install 'careen[browse]'.",
        epilog="Exit codes: 0 left, whatever the verdict; 2 usage; 3 could not complete.",
    )
    made.add_argument("reference", metavar="REPORT|REFERENCE", help=f"a report in JSON, or {REFERENCE}")
    add_assessment_flags(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.browsing import report_of
    from careen.errors import UsageError

    if find_spec("textual") is None:
        raise UsageError("careen browse needs the package textual, which is not installed", "pip install 'careen[browse]'")
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        raise UsageError(
            "careen browse needs a terminal", "careen scan REFERENCE or careen convert REPORT --format table prints"
        )
    settings = settings_of(arguments)
    report = with_progress(settings, lambda progress: report_of(arguments.reference, settings, progress))
    from .browser import Browser

    Browser(report).run()
    return 0

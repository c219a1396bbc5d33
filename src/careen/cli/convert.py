"""``careen convert``: a saved report in other formats."""

import argparse
import sys

from .arguments import Parser, add_common, add_settings
from .settings import loaded_settings


def parser() -> Parser:
    made = Parser(
        prog="careen convert",
        usage="careen convert [flags] REPORT --format FORMAT[=FILE] …",
        description="Write a report that was saved as JSON in other formats, as the scan itself would have written them.",
        epilog="Exit codes: 0 written, whatever the verdict of the report; 2 usage; 3 could not complete.",
    )
    made.add_argument(
        "report", metavar="REPORT", help="a report in JSON (careen scan IMAGE --format json); - is standard input"
    )
    add_settings(made, "report", ("format", "output", "severity", "verbose", "quiet"), {"format": "--to", "verbose": "--all"})
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.converting import report_in
    from careen.app.wiring import reporters
    from careen.errors import UsageError

    from .log import start
    from .output import write
    from .output_plan import plan_outputs

    settings = loaded_settings(arguments).settings
    start(settings.log_level, settings.quiet)
    outputs = plan_outputs(settings, reporters())
    if arguments.report == "-" and sys.stdin.isatty():
        raise UsageError("standard input is a terminal", "careen convert FILE --format FORMAT")
    report = report_in(arguments.report)
    for output in outputs:
        write(output, (report,), settings)
    return 0

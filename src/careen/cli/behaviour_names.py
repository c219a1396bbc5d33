"""``careen behaviour names``: whether names imitate popular packages."""

import argparse
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from careen.errors import UsageError

from .arguments import Parser
from .assessing import add_format_flag, write_json

if TYPE_CHECKING:
    from careen.model.finding import BehaviourFinding

SCHEMA = "careen.names/1"
ECOSYSTEMS = ("PyPI", "npm", "Go", "RubyGems")


def parser() -> Parser:
    made = Parser(
        prog="careen behaviour names",
        usage="careen behaviour names [flags] NAME …",
        description="Report which names imitate the name of a popular package.",
        epilog="Exit codes: 0 none does; 1 a name does; 2 usage.",
    )
    made.add_argument("names", metavar="NAME", nargs="+", help="names of packages")
    made.add_argument(
        "--ecosystem", metavar="NAME", choices=ECOSYSTEMS, default="PyPI", help=f"{', '.join(ECOSYSTEMS)} (default PyPI)"
    )
    made.add_argument("--first-release", metavar="DAY", type=_day, help="day of the first release, if you know it: 2026-01-31")
    made.add_argument("--downloads", metavar="NUMBER", type=int, help="downloads a month, if you know them")
    add_format_flag(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.names import compared

    known = (arguments.first_release, arguments.downloads)
    findings = compared(arguments.ecosystem, arguments.names, known, datetime.now(UTC).date())
    if arguments.form == "json":
        import msgspec

        write_json({"schema": SCHEMA, "ecosystem": arguments.ecosystem, "names": msgspec.to_builtins(findings)})
    else:
        from .output import write_lines

        write_lines(_lines(findings, arguments.ecosystem))
    return int(any(findings.values()))


def _lines(findings: "dict[str, BehaviourFinding | None]", ecosystem: str) -> Iterator[str]:
    from careen.output.escape import visible

    others = ", ".join(name for name in ECOSYSTEMS if name != ecosystem)
    for name, finding in findings.items():
        if finding is None:
            yield f"{visible(name, 214)}: imitates no popular package of {ecosystem}"
            continue
        stated = f"{finding.severity} {finding.id} {visible(finding.message, 500)} (confidence: {finding.confidence})"
        yield f"{visible(name, 214)}: {stated}"
        yield from (f"  {visible(text, 300)}" for text in finding.evidence)
        yield f"  fix: {visible(finding.fix, 300)}"
    yield f"(compared with names of {ecosystem}; --ecosystem compares with those of {others})"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day", "write it as 2026-01-31") from None

"""``careen reconcile``: the differences of another scanner's report of an image, each with its reason."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import InputError

from .arguments import Parser
from .assessing import REFERENCE, add_assessment_flags, add_format_flag, settings_of, with_progress, write_json

if TYPE_CHECKING:
    from careen.formats.scans.other_scan import OtherScan
    from careen.matching.reconcile import Disagreement, Reconciled

SCHEMA = "careen.reconciliation/1"
REASONS = {
    "unknown_package": "package not in the inventory",
    "another_version": "another version of the package",
    "suppressed": "suppressed by a rule or VEX",
    "not_assessed": "package not assessed",
    "range": "a source names it, and this version is not affected",
    "not_named": "no source names it for the package",
    "only_possible": "possible only",
    "no_fix": "without a fix",
}
OURS = REASONS | {
    "unknown_package": "package not in their inventory",
    "suppressed": "they suppress it",
    "not_named": "they do not report it",
}


def parser() -> Parser:
    made = Parser(
        prog="careen reconcile",
        usage="careen reconcile [flags] REFERENCE --with FILE",
        description="Compare the findings of an image with another scanner's report of it, and give each difference a reason.",
        epilog="Exit codes: 0 compared, whatever the differences; 2 usage; 3 could not complete.",
    )
    made.add_argument("reference", metavar="REFERENCE", help=REFERENCE)
    made.add_argument(
        "--with",
        dest="other",
        metavar="FILE",
        type=Path,
        required=True,
        help="report in JSON of Trivy, Grype or Snyk, or of Docker Scout (SARIF or GitLab)",
    )
    add_format_flag(made)
    add_assessment_flags(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.session import Session

    settings = settings_of(arguments)
    other = _other(arguments.other)
    with Session(settings, alone=True) as session:
        found = with_progress(settings, lambda progress: session.reconcile(arguments.reference, other, progress))
    if arguments.form == "json":
        import msgspec

        write_json({"schema": SCHEMA, "reference": arguments.reference, **msgspec.to_builtins(found)})
    else:
        from .output import write_lines

        write_lines(_lines(arguments.reference, found))
    return 0


def _other(path: Path) -> "OtherScan":
    from careen.formats.scans.other_scan import read_other

    try:
        return read_other(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}", "--with names a report of another scanner") from None
    except ValueError as error:
        raise InputError(f"{path}: {error}", "--with reads JSON of Trivy, Grype, Snyk, and SARIF of Docker Scout") from None


def _lines(reference: str, found: "Reconciled") -> Iterator[str]:
    from careen.output.escape import visible

    name = visible(found.scanner, 60)
    yield f"{visible(reference)}: careen and {name}"
    named = f" ({len(found.aliases)} under another name)" if found.aliases else ""
    yield f"  {found.agreed} agreed{named}, {len(found.theirs)} in {name} alone, {len(found.ours)} here alone"
    yield from _side(f"In {name} alone", found.theirs, REASONS)
    yield from _side("Here alone", found.ours, OURS)


def _side(title: str, listed: "Sequence[Disagreement]", words: dict[str, str]) -> Iterator[str]:
    from careen.output.escape import visible

    counts = Counter(entry.code for entry in listed)
    for code, count in counts.most_common():
        yield ""
        yield f"{title}: {words[code]} ({count})"
        for entry in sorted((entry for entry in listed if entry.code == code), key=lambda entry: (entry.package, entry.id)):
            yield f"  {visible(entry.id, 60):<19}  {visible(entry.package, 200)} {visible(entry.version, 100)}"
            yield f"    {visible(entry.detail, 500)}"

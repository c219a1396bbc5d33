"""Versions of programs and libraries that an inventory finds by their bytes, against what their publishers state.

    python -m benchmarks.program_versions [--half HALF] [--program NAME] [--neutral] [--format table|json]

Downloads each artefact of the manifests once, into .cache/programs, keeps the named files alone, and lists each in a folder
of its own, without any package metadata. Nothing is installed or run. See README.md.
"""

import argparse
import json
import sys
from collections import Counter

from benchmarks.program_versions.evaluation import OUTCOMES, Outcome, evaluate, score
from benchmarks.program_versions.manifest import HALVES, chosen, half, read_cases


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES, help="programs of this half only")
    parser.add_argument("--program", help="this program or library only")
    parser.add_argument("--neutral", action="store_true", help="rename programs, and lay all files into one folder")
    parser.add_argument("--misses", action="store_true", help="list each wrong or missing version")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    options = parser.parse_args()
    cases = read_cases()
    outcomes = []
    for outcome in evaluate(chosen(cases, options.half, options.program), cases, options.neutral):
        outcomes.append(outcome)
        if sys.stderr.isatty():
            print(f"\r{len(outcomes)} {outcome.case.program:40}", end="", file=sys.stderr)
    if options.format == "json":
        print(json.dumps([_line(outcome) for outcome in outcomes], indent=1))
    else:
        _print_table(outcomes, options.misses)
    return 0


def _print_table(outcomes: list[Outcome], misses: bool) -> None:
    programs: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        programs.setdefault((outcome.case.program, half(outcome.case)), []).append(outcome)
    print(f"{'program':34} {'half':18} right wrong missing   P    R    F1")
    for (program, name), group in sorted(programs.items()):
        _print_row(program, name, group)
    for name in HALVES:
        group = [outcome for outcome in outcomes if half(outcome.case) == name]
        linked = [outcome for outcome in group if " in " in outcome.case.program]
        alone = [outcome for outcome in group if " in " not in outcome.case.program]
        for words, part in (("programs", alone), ("linked into others", linked), ("in sum", group)):
            if part:
                _print_row(f"{len({outcome.case.program for outcome in part})} {words}", name, part)
    if absent := [outcome for outcome in outcomes if outcome.outcome == "not_there"]:
        print(f"{len(absent)} files could not be had, for example {absent[0].others[0]}")
    if misses:
        for outcome in outcomes:
            if outcome.outcome != "right":
                case = outcome.case
                found = " ".join(outcome.found) or "nothing"
                print(f"{case.program} {case.version}: {found} in {case.artefact.folder / case.path}")


def _print_row(program: str, name: str, group: list[Outcome]) -> None:
    counts, total = Counter(outcome.outcome for outcome in group), score(group)
    numbers = " ".join(f"{counts[outcome]:5}" for outcome in OUTCOMES[:3])
    print(f"{program:34} {name:18} {numbers}   {total.precision:.2f} {total.recall:.2f} {total.f1:.2f}")


def _line(outcome: Outcome) -> dict[str, object]:
    case = outcome.case
    return {
        "program": case.program,
        "half": half(case),
        "version": case.version,
        "file": str(case.artefact.folder / case.path),
        "known_by": case.known_by,
        "outcome": outcome.outcome,
        "found": outcome.found,
        "others": outcome.others,
    }


sys.exit(main())

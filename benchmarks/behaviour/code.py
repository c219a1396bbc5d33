"""How the rules about Python agree with Bandit on the files of its own tests.

    python benchmarks/behaviour/code.py EXAMPLES REPORT

``EXAMPLES`` is the folder ``examples`` of Bandit's source release, ``REPORT`` the output of ``bandit -r examples -f json``.
What Bandit reports is what is expected. Exits with 1 if a rule is below it.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

from careen.behaviour.code.python import python_matches
from careen.behaviour.code.rules import BANDIT


def main(examples: Path, report: Path) -> int:
    rules = {test: rule for rule, tests in BANDIT.items() for test in tests}
    expected, found = defaultdict(set), defaultdict(set)
    for result in json.loads(report.read_text())["results"]:
        if rule := rules.get(result["test_id"]):
            expected[rule].add((Path(result["filename"]).name, result["line_number"]))
    for path in sorted(examples.glob("*.py")):
        try:
            for match in python_matches(path.read_bytes()):
                found[match.rule].add((path.name, match.line))
        except ValueError as error:
            print(f"{path.name}: {error}")
    scores = {}
    for rule in BANDIT:
        right = len(expected[rule] & found[rule])
        scores[rule] = 2 * right / ((len(expected[rule]) + len(found[rule])) or 1)
        print(f"{rule}  {len(expected[rule]):3} expected  {len(found[rule]):3} found  {right:3} right  F1 {scores[rule]:.3f}")
    return int(min(scores.values()) < 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

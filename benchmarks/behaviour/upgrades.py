"""What ordinary upgrades of packages gain: nothing of it is to be high.

    careen behaviour --all-files IMAGE --format json > IMAGE.json
    python benchmarks/behaviour/upgrades.py IMAGE.json …

Pairs each package that the reports have in two versions, in one image or in several, with the next higher one. Prints the most
striking gains and how many there are of each severity. Ends with 1 if one is high.
"""

import argparse
import re
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import msgspec

from careen.behaviour.drift import drifts
from careen.model.behaviour import Examined

MOST_SHOWN = 15
_NUMBERS = re.compile(r"\d+")
_PACKAGES = re.compile(r"^.*(?:node_modules/(?:@[^/]+/)?[^/@]+|site-packages|dist-packages|gems/[^/]+)/")
_FOLDERS = re.compile(r"(?:lib/python3?[.\d]*/)")


class Report(msgspec.Struct):
    examined: Examined


def main() -> int:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("reports", nargs="+", type=Path)
    versions: dict[str, dict[str, Examined]] = defaultdict(dict)
    for report in made.parse_args().reports:
        for purl, examined in by_package(msgspec.json.decode(report.read_bytes(), type=Report).examined):
            versions[purl.partition("?")[0].rpartition("@")[0]].setdefault(purl, examined)
    pairs = [
        (known[old], known[new])
        for known in versions.values()
        for ordered in [sorted(known, key=number_of)]
        for old, new in pairwise(ordered)
        if number_of(old) != number_of(new)
    ]
    found = [drift for old, new in pairs for drift in drifts(old, new)]
    kinds = Counter(old.profiles[0].package.partition("/")[0] for old, _ in pairs)
    for drift in sorted(found, key=lambda drift: -drift.score)[:MOST_SHOWN]:
        print(f"{drift.severity:7}{drift.score:6g}  {drift.package}  {drift.path}  {', '.join((*drift.chains, *drift.gained))}")
    levels = Counter(drift.severity for drift in found)
    print(f"{len(pairs)} pairs {dict(kinds)}: {dict(levels)}")
    return int(levels["high"] > 0)


def by_package(examined: Examined):
    """(purl, what it has) with the paths within the package, so that they are the same wherever it is installed."""
    profiles, findings = defaultdict(list), defaultdict(list)
    for profile in examined.profiles:
        if profile.package:
            profiles[profile.package].append(msgspec.structs.replace(profile, path=within(profile.path)))
    for finding in examined.findings:
        place = msgspec.structs.replace(finding.location, path=within(finding.location.path))
        findings[finding.package].append(msgspec.structs.replace(finding, location=place))
    for purl, files in profiles.items():
        yield purl, Examined(len(files), tuple(files), tuple(findings[purl]))


def within(path: str) -> str:
    return _FOLDERS.sub("", _PACKAGES.sub("", path))


def number_of(purl: str) -> tuple[int, ...]:
    return tuple(int(part) for part in _NUMBERS.findall(purl.partition("?")[0].rpartition("@")[2]))


if __name__ == "__main__":
    sys.exit(main())

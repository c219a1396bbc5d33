"""Measures how well fixes are recognised in the changelogs of projects that name no CVE.

    python benchmarks/behaviour/upstream_fixes.py FOLDER --osv FOLDER

``FOLDER`` has changelogs as ``--changelogs`` takes them (``npm/axios.md``, ``pypi/django.rst``, ``gem/rack.md``), ``--osv`` the
archives of OSV (``PyPI/all.zip`` …). A release is a fix if a record names it as the fixed version, or if its text names a
vulnerability; the names are taken out of the text before it is measured. Releases that describe nothing are left out.

Prints recall and precision by threshold: of all of them, of the newest fifth of those with a date, and of the fixes that name
no vulnerability among the releases that are none. The words are learned from other changelogs (``train_fixes.py``).
"""

import argparse
import json
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from train_fixes import PLAIN

from careen.behaviour.undisclosed.classifier import UPSTREAM_THRESHOLD, scored
from careen.behaviour.undisclosed.items import NAMED, features_of
from careen.behaviour.undisclosed.releases import changes_of, numbers_of, releases_of

ARCHIVES = {"npm": "npm", "pypi": "PyPI", "gem": "RubyGems"}
THRESHOLDS = (0.27, 0.5, 0.7, 0.8, UPSTREAM_THRESHOLD, 0.95)


class Sample(NamedTuple):
    package: str
    version: str
    day: str
    fix: bool
    named: bool
    score: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--osv", type=Path, required=True)
    arguments = parser.parse_args()
    samples = [sample for type in ARCHIVES for sample in samples_of(arguments.folder, type, arguments.osv)]
    fixes = sum(sample.fix for sample in samples)
    silent = sum(sample.fix and not sample.named for sample in samples)
    print(f"{len(samples):,} releases of {len({sample.package for sample in samples})} projects; {fixes} are fixes,", end=" ")
    print(f"{silent} of them name no vulnerability")
    days = sorted(sample.day for sample in samples if sample.day)
    last = days[len(days) * 4 // 5]
    measure("all", samples, lambda _: True)
    measure(f"since {last}", samples, lambda sample: sample.day >= last)
    measure("without those that name a vulnerability", samples, lambda sample: not sample.named)


def samples_of(folder: Path, type: str, osv: Path) -> list[Sample]:
    if not (folder / type).is_dir():
        return []
    fixed = fixed_versions(osv / ARCHIVES[type] / "all.zip")
    found = []
    for path in sorted(path for path in (folder / type).rglob("*") if path.is_file()):
        name = path.relative_to(folder / type).as_posix()
        name = next((name.removesuffix(end) for end in (".md", ".rst", ".txt") if name.endswith(end)), name)
        for release in releases_of(path.read_text("utf-8", "replace")):
            named = NAMED.search(release.text) is not None
            items = [NAMED.sub(" ", item) for item in changes_of(release.text)]
            if any(len({word for word in features_of(item) if " " not in word} - PLAIN) >= 3 for item in items):
                score = max(scored(item).probability for item in items)
                fix = named or numbers_of(release.version) in fixed[name]
                found.append(Sample(f"{type}/{name}", release.version, release.day, fix, named, score))
    return found


def fixed_versions(archive: Path) -> dict[str, set[tuple[int, ...]]]:
    found: dict[str, set[tuple[int, ...]]] = defaultdict(set)
    with zipfile.ZipFile(archive) as records:
        for record in records.namelist():
            for affected in json.loads(records.read(record)).get("affected", ()):
                events = (event for part in affected.get("ranges", ()) if part["type"] != "GIT" for event in part["events"])
                name = affected["package"]["name"].lower().replace("_", "-")
                found[name].update(numbers_of(event["fixed"]) for event in events if "fixed" in event)
    return found


def measure(title: str, samples: list[Sample], belongs: Callable[[Sample], bool]) -> None:
    part = [sample for sample in samples if belongs(sample)]
    wanted = sum(sample.fix for sample in part)
    print(f"{title}: {len(part):,} releases, {wanted} fixes")
    for threshold in THRESHOLDS:
        found = [sample.fix for sample in part if sample.score >= threshold]
        print(f"  from {threshold}: {len(found)} found, {sum(found)} right:", end=" ")
        print(f"recall {sum(found) / max(wanted, 1):.2f}, precision {sum(found) / max(len(found), 1):.2f}")


if __name__ == "__main__":
    main()

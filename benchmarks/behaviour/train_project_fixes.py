"""Trains and measures the model that recognises fixes without a CVE in the changelogs of projects.

    python benchmarks/behaviour/train_project_fixes.py FOLDER --osv FOLDER [--write]

``FOLDER`` has changelogs as ``--changelogs`` takes them (``npm/axios.md``, ``pypi/django.rst``, ``gem/rack.md``), ``--osv`` the
archives of OSV (``PyPI/all.zip`` …). A release is a fix if a record names it as the fixed version, or if its text names a
vulnerability; the names are taken out of the text before it is learned or measured. Releases that describe nothing are left
out, and so are those before the first fix that is recorded for the project: nobody recorded its vulnerabilities then.

Which item of a fix describes it is learned too: it is the one that names the vulnerability, else the one that the model of the
round before rates highest. The titles of OSV's records are further descriptions, except those of the projects that are
measured.

Prints recall and precision with each fifth of the projects left out of the training in turn: of all releases, of the newest
fifth of those with a date, and of those that name no vulnerability.
"""

import argparse
import json
import random
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from logistic import Row, fitted, probability, threshold_for
from train_fixes import PLAIN, words

from careen.behaviour.undisclosed.classifier import PROJECTS_FILE, Model, packed
from careen.behaviour.undisclosed.items import NAMED, features_of
from careen.behaviour.undisclosed.releases import changes_of, circumstances_of, numbers_of, releases_of

ARCHIVES = {"npm": "npm", "pypi": "PyPI", "gem": "RubyGems"}
FIFTHS, THIRDS, ROUNDS = 5, 3, 3
NEAR = 0.1  # to the item of a fix that is rated highest, to describe it too
TITLE_WEIGHT = 0.1
PRECISION = 0.62  # that the threshold is chosen for, on projects that the weights are not made of
RECENT = "2020"  # releases since then choose the threshold: of older ones many fixes have no record, and count as wrong


class Sample(NamedTuple):
    package: str
    version: str
    day: str
    fix: bool
    named: bool
    items: tuple[tuple[str, bool], ...]  # text without names of vulnerabilities, and whether it had one
    beside: tuple[str, ...]


class Title(NamedTuple):
    packages: frozenset[str]
    words: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--osv", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    fixed, titles = recorded(arguments.osv)
    every = [sample for type in ARCHIVES for sample in samples_of(arguments.folder, type, fixed)]
    samples = recorded_since(every)
    fixes = sum(sample.fix for sample in samples)
    silent = sum(sample.fix and not sample.named for sample in samples)
    print(f"{len(every):,} releases of {len({sample.package for sample in every})} projects; {len(every) - len(samples):,} are")
    print(
        f"from before the first record. Of {len(samples):,} others {fixes} are fixes, {silent} of which name no vulnerability"
    )
    results = by_fifths(samples, titles)
    days = sorted(sample.day for sample in samples if sample.day)
    last = days[len(days) * 4 // 5]
    measure("all", results, lambda _: True)
    measure(f"since {last}", results, lambda sample: sample.day >= last)
    measure("without those that name a vulnerability", results, lambda sample: not sample.named)
    bias, threshold, weights = trained(samples, titles)
    whole = Model(days[-1], f"{len(samples)} releases of projects, {len(titles)} titles of records", bias, threshold, weights)
    print(f"model: {len(weights)} words, {len(packed(whole)):,} bytes, threshold {threshold}")
    if arguments.write:
        PROJECTS_FILE.write_bytes(packed(whole))


def recorded(folder: Path) -> tuple[dict[str, set[tuple[int, ...]]], list[Title]]:
    """The versions that fix something, by type and name; the titles of records."""
    fixed: dict[str, set[tuple[int, ...]]] = defaultdict(set)
    titles = []
    for type, ecosystem in ARCHIVES.items():
        with zipfile.ZipFile(folder / ecosystem / "all.zip") as records:
            for name in records.namelist():
                record = json.loads(records.read(name))
                packages = set()
                for affected in record.get("affected", ()):
                    package = f"{type}/{affected['package']['name'].lower().replace('_', '-')}"
                    packages.add(package)
                    events = (event for part in affected.get("ranges", ()) if part["type"] != "GIT" for event in part["events"])
                    fixed[package].update(numbers_of(event["fixed"]) for event in events if "fixed" in event)
                if record.get("summary") and not record["id"].startswith("MAL-"):
                    titles.append(Title(frozenset(packages), words(record["summary"])))
    return fixed, titles


def samples_of(folder: Path, type: str, fixed: dict[str, set[tuple[int, ...]]]) -> list[Sample]:
    found = []
    for path in sorted(path for path in (folder / type).rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        name = next((name.removesuffix(end) for end in (".md", ".rst", ".txt") if name.endswith(end)), name)
        releases = list(releases_of(path.read_text("utf-8", "replace")))
        for release, beside in zip(releases, circumstances_of(releases), strict=True):
            items = tuple((NAMED.sub(" ", item), NAMED.search(item) is not None) for item in changes_of(release.text))
            if any(len({word for word in features_of(item) if " " not in word} - PLAIN) >= 3 for item, _ in items):
                named = any(is_named for _, is_named in items)
                fix = named or numbers_of(release.version) in fixed[name]
                found.append(Sample(name, release.version, release.day, fix, named, items, beside))
    return found


def recorded_since(samples: list[Sample]) -> list[Sample]:
    """Without the releases of a project before its first recorded fix."""
    first: dict[str, tuple[int, ...]] = {}
    for sample in samples:
        numbers = numbers_of(sample.version)
        if sample.fix and numbers < first.get(sample.package, (1 << 60,)):
            first[sample.package] = numbers
    return [sample for sample in samples if numbers_of(sample.version) >= first.get(sample.package, (1 << 60,))]


def by_fifths(samples: list[Sample], titles: list[Title]) -> list[tuple[Sample, bool]]:
    """Each sample, and whether it is found by a model that knows nothing of its project."""
    found = []
    for number in range(FIFTHS):
        left_out = {sample.package for sample in samples if random.Random(sample.package).randrange(FIFTHS) == number}
        others = [title for title in titles if not title.packages & left_out]
        known = Model("", "", *trained([sample for sample in samples if sample.package not in left_out], others))
        rest = (sample for sample in samples if sample.package in left_out)
        found += [(sample, score_of(known, sample) >= known.threshold) for sample in rest]
    return found


def trained(samples: list[Sample], titles: list[Title]) -> tuple[float, float, dict[str, float]]:
    """Bias, threshold, weights. The threshold is chosen by models that do not know the projects it is chosen on."""
    scores = []
    for number in range(THIRDS):
        chosen = {sample.package for sample in samples if random.Random(f"{sample.package} inner").randrange(THIRDS) == number}
        known = learned([sample for sample in samples if sample.package not in chosen], titles)
        recent = (sample for sample in samples if sample.package in chosen and sample.day >= RECENT)
        scores += [(score_of(known, sample), sample.fix) for sample in recent]
    known = learned(samples, titles)
    return known.bias, threshold_for(scores, PRECISION), known.weights


def learned(samples: list[Sample], titles: Iterable[Title]) -> Model:
    further = [Row(True, title.words, TITLE_WEIGHT) for title in titles]
    known = None
    for _ in range(ROUNDS):
        rows = [
            Row(sample.fix, (*words(item), *sample.beside))
            for sample in samples
            for item in (describing(sample, known) if sample.fix else [item for item, _ in sample.items])
        ]
        bias, weights = fitted(rows + further)
        known = Model("", "", bias, 0.0, weights)
    assert known is not None
    return known


def describing(sample: Sample, known: Model | None) -> Sequence[str]:
    """The items of a fix that describe it."""
    items = [item for item, _ in sample.items]
    if sample.named or known is None:
        return [item for item, is_named in sample.items if is_named] or items
    scores = scores_of(known, sample)
    return [item for item, score in zip(items, scores, strict=True) if score >= max(scores) - NEAR]


def score_of(known: Model, sample: Sample) -> float:
    return max(scores_of(known, sample))


def scores_of(known: Model, sample: Sample) -> list[float]:
    return [probability((*words(item), *sample.beside), known.bias, known.weights) for item, _ in sample.items]


def measure(title: str, results: list[tuple[Sample, bool]], belongs: Callable[[Sample], bool]) -> None:
    part = [(sample, is_found) for sample, is_found in results if belongs(sample)]
    found = [sample.fix for sample, is_found in part if is_found]
    wanted = sum(sample.fix for sample, _ in part)
    print(f"{title}: {len(part):,} releases, {wanted} fixes; {len(found)} found, {sum(found)} right:", end=" ")
    print(f"recall {sum(found) / max(wanted, 1):.2f}, precision {sum(found) / max(len(found), 1):.2f}", flush=True)


if __name__ == "__main__":
    main()

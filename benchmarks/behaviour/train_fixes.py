"""Trains and measures the model that recognises fixes without a CVE in changelogs.

    python benchmarks/behaviour/train_fixes.py CHANGELOG… [--tracker FILE] [--write]

``CHANGELOG``: files, or folders of files, in Debian's form (``/usr/share/doc/*/changelog.Debian.gz``, ``debian/changelog``).
``--tracker``: Debian's security tracker, as JSON: the versions that it states as fixed count as fixes too, whatever their entry
names. An entry that names a CVE is a fix whose text is learned without the name; an entry of any other version is none.
A fix whose items have fewer than three words besides those of packaging describes nothing and is counted apart.

Measured is once with each fifth of the packages left out of the training in turn, once with the newest fifth of the entries
left out.
"""

import argparse
import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from logistic import Row, fitted, probability, threshold_for

from careen.behaviour.undisclosed.classifier import FILE, Model, packed, words_of
from careen.behaviour.undisclosed.items import NAMED, features_of, items_of
from careen.formats.debian.changelog import ENTRY, Entry

LIMIT = 8 << 20
FIFTHS = 5
PRECISION = 0.62  # that the threshold is chosen for, on a quarter of the packages that the weights are not made of
PLAIN = frozenset({
    "add", "added", "address", "addresses", "addressing", "advisory", "also", "an", "and", "applied", "apply", "as",
    "backport", "backported", "bug", "bugs", "by", "change", "changes", "cherry-pick", "commit", "cve", "cves",
    "debian", "drop", "fix", "following", "for", "from", "git", "high", "import", "imported", "in", "include",
    "includes", "including", "is", "issue", "issues", "it", "latest", "lts", "maintainer", "multiple", "new",
    "non-maintainer", "of", "on", "patch", "patches", "refresh", "release", "security", "see", "several", "stable",
    "team", "the", "this", "to", "update", "updates", "upload", "upstream", "urgency", "various", "version",
    "vulnerability", "with",
})  # fmt: skip


class Sample(NamedTuple):
    source: str
    version: str
    day: str
    fix: bool
    named: bool
    items: tuple[str, ...]  # of a fix, those that name it, without the names; else all


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("changelogs", nargs="+", type=Path)
    parser.add_argument("--tracker", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    samples = read(arguments.changelogs, fixed_versions(arguments.tracker))
    described = [sample for sample in samples if not sample.fix or is_described(sample)]
    fixes = sum(sample.fix for sample in samples)
    print(f"{len(samples)} entries of {len({sample.source for sample in samples})} packages; {fixes} are fixes,", end=" ")
    print(f"{fixes - sum(sample.fix for sample in described)} of them describe nothing")
    measure("each fifth of the packages in turn", described, [partial(is_of_fifth, number) for number in range(FIFTHS)])
    last = sorted(sample.day for sample in described)[len(described) * 4 // 5]
    measure(f"entries since {last}", described, [lambda sample: sample.day >= last])
    known = trained(described)
    days = sorted(sample.day for sample in samples if sample.day)
    text = f"{len(described)} entries of Debian's changelogs"
    whole = Model(days[-1], text, *known)
    print(f"model: {len(whole.weights)} words, {len(packed(whole)):,} bytes, threshold {whole.threshold:.3f}")
    if arguments.write:
        FILE.write_bytes(packed(whole))


def fixed_versions(tracker: Path | None) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for source, cves in json.loads(tracker.read_bytes()).items() if tracker else ():
        for cve in cves.values():
            found[source].update(release.get("fixed_version", "") for release in cve.get("releases", {}).values())
    return found


def read(paths: list[Path], fixed: dict[str, set[str]]) -> list[Sample]:
    samples: dict[tuple[str, str], Sample] = {}
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else (path,):
            data = file.read_bytes()[:LIMIT] if file.is_file() else b""
            try:
                text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8", "replace")
            except (OSError, EOFError):
                continue
            for sample in entries(text, fixed):
                samples[sample.source, sample.version] = sample
    return sorted(samples.values())


def entries(text: str, fixed: dict[str, set[str]]) -> Iterator[Sample]:
    starts = list(ENTRY.finditer(text))
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        source = start[0].partition(" ")[0]
        entry = Entry(None, start[1], text[start.end() : end])
        items = tuple(items_of(entry.text))
        named = tuple(NAMED.sub(" ", item) for item in items if NAMED.search(item))
        is_fix = bool(named) or start[1] in fixed.get(source, ())
        yield Sample(source, start[1], entry.day, is_fix, bool(named), named or items)


words = cache(words_of)


def is_described(sample: Sample) -> bool:
    return any(len({word for word in features_of(item) if " " not in word} - PLAIN) >= 3 for item in sample.items)


def trained(samples: list[Sample]) -> tuple[float, float, dict[str, float]]:
    """Bias, threshold, weights. The threshold is chosen on a quarter of the packages, which the weights are not made of."""
    chosen = [sample for sample in samples if random.Random(f"{sample.source} quarter").random() < 0.25]
    rest = [sample for sample in samples if random.Random(f"{sample.source} quarter").random() >= 0.25]
    bias, weights = fitted([Row(sample.fix, words(item)) for sample in rest for item in sample.items])
    known = Model("", "", bias, 0.0, weights)
    return bias, threshold_for(((score_of(known, sample), sample.fix) for sample in chosen), PRECISION), weights


def score_of(known: Model, sample: Sample) -> float:
    return max((probability(words(item), known.bias, known.weights) for item in sample.items), default=0.0)


def is_of_fifth(number: int, sample: Sample) -> bool:
    return random.Random(sample.source).randrange(FIFTHS) == number


def measure(title: str, samples: list[Sample], left_out: list[Callable[[Sample], bool]]) -> None:
    results = []
    for is_left_out in left_out:
        known = Model("", "", *trained([sample for sample in samples if not is_left_out(sample)]))
        results += [(sample, score_of(known, sample) >= known.threshold) for sample in samples if is_left_out(sample)]
    found = [sample.fix for sample, is_found in results if is_found]
    wanted = sum(sample.fix for sample, _ in results)
    print(f"left out {title}: {len(results)} entries, {wanted} fixes; {len(found)} found, {sum(found)} right:", end=" ")
    print(f"recall {sum(found) / wanted:.2f}, precision {sum(found) / max(len(found), 1):.2f}")
    silent = [is_found for sample, is_found in results if sample.fix and not sample.named]
    print(f"  of {len(silent)} whose entry names no CVE {sum(silent)} are found", flush=True)


if __name__ == "__main__":
    main()

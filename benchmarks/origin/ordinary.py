"""Ordinary images with nothing planted: each component that is named by its code is read by a person, and is right or false.

The base is that of the set of images, together with the one that ships. CAREEN_CACHE_DIR has the database.
"""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from .images import KNOWLEDGE, careen
from .planting import listed
from .sets import table, write_section

CORPUS = Path(".cache/corpus/oci")
NOT_ORDINARY = ("x-", "big")  # damaged or hostile on purpose, and one that is made to be large
SURE = ("exact", "high")


def main() -> None:
    found = {place.name: list(_components(place)) for place in _places()}
    right = {(image, project) for image, projects in listed()["ordinary"].items() for project in projects}
    false = {image: [one for one in components if (image, one[0]) not in right] for image, components in found.items()}
    rows = [(image, *one) for image, components in false.items() for one in components]
    counts = [len(components) for components in false.values()]
    sure = sum(one[1] in SURE for components in false.values() for one in components)
    is_met = median(counts) == 0 and max(counts) <= 2 and not sure
    text = (
        f"{len(found)} images of the corpus, `python -m benchmarks.origin ordinary`. False components of an image: median "
        f"{median(counts):g}, at most {max(counts)}; {sure} of all are exact or high. Bar: 0, 2 and 0: "
        f"{'met' if is_met else '**missed**'}."
    )
    named = f"\n\n{table(('image', 'project', 'confidence', 'at'), rows)}" if rows else ""
    write_section("ordinary", f"## Ordinary images\n\n{text}{named}")


def _places() -> Iterator[Path]:
    for place in sorted(CORPUS.iterdir()):
        if not place.name.startswith(NOT_ORDINARY):
            yield place


def _components(place: Path) -> Iterator[tuple[str, str, str]]:
    """(project, confidence, path) of what is known by its code alone."""
    report = careen("scan", str(place), "--scanners", "vuln,origin", "--origin-kb", str(KNOWLEDGE))
    for package in report["packages"]:
        if origin := package.get("origin"):
            yield origin["project"], origin["band"], package["evidence"][0]["path"]

"""The lists that ``make kb`` builds the core knowledge base from, and the table that ``careen origin stats`` reads.

    python .ci/knowledge_lists.py --feeds DIR --sources FILE… --popular pypi=FILE --popular npm=FILE

``--feeds`` is a mirror of ``careen db mirror``, ``--sources`` are Debian's indices of source packages (apt's lists), and
``--popular`` a file with the names of packages, the most popular first, as JSON (``{"packages": […]}``).

C and C++ projects are ordered by the number of their CVEs that no feed of a language's packages has: those are what a scan
by names misses. Of PyPI and npm the most popular packages are taken, and those with the most CVEs.
"""

import argparse
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

LISTS = Path("knowledge")
TABLE = Path("src/careen/origin/uncovered.tsv")
ECOSYSTEMS = (
    "PyPI",
    "npm",
    "Go",
    "Maven",
    "RubyGems",
    "Packagist",
    "NuGet",
    "crates.io",
    "Hex",
    "Pub",
    "Hackage",
    "CRAN",
    "Julia",
)
C_PROJECTS, OF_LANGUAGE, WITH_MOST_CVES = 300, 500, 100
# Systems and programs that nobody carries a copy of, and other languages, by the beginning of a name or by what builds them.
WHOLE = re.compile(
    r"(?:linux|kernel|fai-kernels|user-mode-linux|chromium|firefox|thunderbird|icedove|iceweasel|webkit|wpewebkit|openjdk|xen|qemu|"
    r"python-|ruby-|node-|golang-|php-|rust-|r-|haskell-|lib.*-(?:perl|java)$|wordpress|drupal|moodle|mediawiki|typo3|phpmyadmin)"
)
OTHER_LANGUAGES = re.compile(
    r"\b(?:dh-golang|golang-any|cargo|dh-cargo|javahelper|maven-debian-helper|gem2deb|pkg-php-tools|dh-sequence-nodejs|"
    r"dh-nodejs|pkg-js-tools|ghc|default-jdk)\b"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=Path, required=True)
    parser.add_argument("--sources", type=Path, nargs="+", required=True)
    parser.add_argument("--popular", action="append", default=[])
    arguments = parser.parse_args()
    covered, of_packages = in_language_feeds(arguments.feeds / "osv")
    tracker = json.loads((arguments.feeds / "debian" / "tracker.json").read_bytes())
    counts = uncovered(tracker, set(in_c(arguments.sources)), covered)
    LISTS.mkdir(exist_ok=True)
    write(TABLE, "".join(f"{name}\t{count}\n" for name, count in counts))
    write(LISTS / "debian.txt", "".join(f"deb:{name}\n" for name, _ in counts[:C_PROJECTS]))
    total, listed = sum(count for _, count in counts), sum(count for _, count in counts[:C_PROJECTS])
    print(f"{C_PROJECTS} C and C++ projects: {listed:,} of {total:,} CVEs ({listed / total:.1%})")
    for kind, _, path in (text.partition("=") for text in arguments.popular):
        popular = json.loads(Path(path).read_bytes())["packages"]
        names = chosen(popular, of_packages.get(kind, Counter()))
        write(LISTS / f"{kind}.txt", "".join(f"{kind}:{name}\n" for name in sorted(names)))
        print(f"{len(names)} packages of {kind}")


def write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def in_language_feeds(folder: Path) -> tuple[set[str], dict[str, Counter[str]]]:
    """The CVEs that some language's feed has, and for each such feed the number of records by package."""
    covered: set[str] = set()
    counts: dict[str, Counter[str]] = {}
    for ecosystem in ECOSYSTEMS:
        for path in folder.glob(f"{ecosystem}/*.zip"):
            found = counts.setdefault(ecosystem.lower(), Counter())
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    record = json.loads(archive.read(name))
                    covered.update(text for text in (record["id"], *record.get("aliases", ())) if text.startswith("CVE-"))
                    found.update({affected.get("package", {}).get("name", "") for affected in record.get("affected", ())})
    return covered, counts


def in_c(sources: Iterable[Path]) -> Iterator[str]:
    """Source packages that Debian compiles, and not from another language."""
    for path in sources:
        for paragraph in path.read_text("utf-8", "replace").split("\n\n"):
            fields = dict(re.findall(r"^([A-Za-z-]+): *(.*(?:\n .*)*)", paragraph, re.MULTILINE))
            name = fields.get("Package", "")
            is_compiled = set(fields.get("Architecture", "").split()) - {"all"}
            if is_compiled and not WHOLE.match(name) and not OTHER_LANGUAGES.search(fields.get("Build-Depends", "")):
                yield name


def uncovered(tracker: dict[str, dict[str, object]], wanted: set[str], covered: set[str]) -> list[tuple[str, int]]:
    counts = {name: sum(1 for cve in tracker.get(name, ()) if cve.startswith("CVE-") and cve not in covered) for name in wanted}
    return sorted(((name, count) for name, count in counts.items() if count), key=lambda pair: (-pair[1], pair[0]))


def chosen(popular: list[str], cves: Counter[str]) -> set[str]:
    most = [name for name, _ in cves.most_common(WITH_MOST_CVES) if name]
    first = [name for name in popular if name not in most and not name.startswith("@types/")]
    return {*most, *first[: OF_LANGUAGE - len(most)]}


if __name__ == "__main__":
    main()

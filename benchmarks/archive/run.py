"""How well a Debian archive alone assesses images, measured by Debian's own lists (see README.md); writes RESULTS.md.

CORPUS=.cache/corpus FEEDS=.cache/feeds python benchmarks/archive/run.py --archive URL|DIR [--every] [image ...]
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from careen.database.archive import release_facts
from careen.database.archive_files import Archives
from careen.database.seed import RELEASES, shipped_names
from careen.formats.debian.changelog import entries_of, fixes
from careen.formats.debian.releases import versions
from careen.net import NetSettings, make_fetcher
from careen.versions.deb import key

HERE = Path(__file__).resolve().parent
CORPUS, FEEDS = (Path(os.environ.get(name, f".cache/{name.lower()}")) for name in ("CORPUS", "FEEDS"))
RELEASED = {"bullseye": "2021-08-14", "bookworm": "2023-06-10", "trixie": "2025-08-09"}
IMAGES = ("debian11-old", "debian12", "debian13", "python-app")
VERSIONS = versions()
CODENAMES = {version: codename for codename, version in VERSIONS.items()}
COLUMNS = ("image", "source packages", "found", "known to a list", "right", "true", "precision", "recall", "CPU s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--every", action="store_true", help="also past images of every package that the lists know")
    parser.add_argument("images", nargs="*", default=IMAGES)
    arguments = parser.parse_args()
    lists, advisories = known_fixes()
    tables = []
    for title, options in (
        ("A mirror of the archive and nothing else", ("--archive", arguments.archive)),
        ("Nothing but what Careen ships", ()),
    ):
        rows = [row(image, scan(image, options), lists) for image in arguments.images]
        tables.append((title, COLUMNS, [*rows, total(rows)]))
    names = set(shipped_names()) | {name for image in arguments.images for name in installed_in(image)}
    every = {name for codename in RELEASES for name, _ in advisories[codename]}
    for title, packages in (("", names), (": every package that the lists know", every if arguments.every else ())):
        if packages:
            title = f"Images of the past, by the tracker and DSA lists alone{title}"
            tables.append((title, *past(advisories, arguments.archive, packages)))
    text = "\n".join(
        (
            f"Measured on {datetime.now(UTC).date()}, {platform.machine()}, Python {platform.python_version()}.",
            *map(drawn, tables),
        )
    )
    sys.stdout.write(text)
    (HERE / "RESULTS.md").write_text(f"# Results\n\n{text}")


def known_fixes():
    """{codename: {(source, CVE): fixed version}} of all lists, and of the tracker and DSA lists alone."""
    every, advisories = defaultdict(dict), defaultdict(dict)
    for name, into in (("tracker", (advisories, every)), ("changelog-derived", (every,))):
        for source, issues in json.loads((FEEDS / "debian" / f"{name}.json").read_bytes()).items():
            for cve, issue in issues.items():
                for codename, release in issue["releases"].items():
                    if release["status"] == "resolved":
                        for fixed in into:
                            fixed[codename].setdefault((source, cve), release["fixed_version"])
    with zipfile.ZipFile(FEEDS / "osv" / "Debian" / "all.zip") as archive:
        for name in archive.namelist():
            record = json.loads(archive.read(name))
            names = [record["id"], *(id for field in ("aliases", "upstream", "related") for id in record.get(field, ()))]
            for affected in record["affected"]:
                codename = CODENAMES.get(affected["package"]["ecosystem"].partition(":")[2])
                events = [event for found in affected.get("ranges", ()) for event in found["events"]]
                for version in (event["fixed"] for event in events if codename and "fixed" in event):
                    for cve in names:
                        if cve.startswith("CVE-"):
                            for fixed in (every, advisories):
                                fixed[codename].setdefault((affected["package"]["name"], cve), version)
    return every, advisories


def scan(image, options):
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.environ["PATH"], "HOME": home, "CAREEN_CACHE_DIR": f"{home}/cache"}
        command = [
            sys.executable,
            "-m",
            "careen",
            "scan",
            CORPUS / "docker" / f"{image}.tar",
            "--offline",
            "--scanners",
            "vuln",
        ]
        process = subprocess.Popen(
            [*command, "--format", "json", *options], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        report = json.loads(process.stdout.read())
        _, _, usage = os.wait4(process.pid, 0)
    return report, usage.ru_utime + usage.ru_stime


def row(image, scanned, lists):
    report, cpu_s = scanned
    installed, sources, codename = {}, {}, CODENAMES[report["target"]["distribution"]["version"].partition(".")[0]]
    for package in report["packages"]:
        if package["type"] == "deb":
            source = package["source"] or package
            name, version = source["name"], source.get("version") or package["version"]
            sources[package["purl"]] = name
            installed[name] = min(installed.get(name, version), version, key=key)
    found = {(sources[one["package"]], one["id"]) for one in report["findings"] if one.get("package") in sources}
    known = {pair: fixed for pair, fixed in lists[codename].items() if pair[0] in installed}
    true = {pair for (pair, fixed) in known.items() if fixed != "0" and key(fixed) > key(installed[pair[0]])}
    matched = found & known.keys()
    return (
        image,
        len(installed),
        len(found),
        len(matched),
        len(matched & true),
        len(true),
        *ratios(matched, true),
        round(cpu_s, 1),
    )


def ratios(matched, true):
    right = len(matched & true)
    return right / len(matched) if matched else None, right / len(true) if true else None


def total(rows):
    sums = [sum(row[column] for row in rows) for column in range(1, 6)]
    _, _, matched, right, true = sums
    return (
        "together",
        *sums,
        right / matched if matched else None,
        right / true if true else None,
        round(sum(row[-1] for row in rows), 1),
    )


class Remembering(Archives):
    """Keeps the first evidence of each source package: what is read later is of newer releases."""

    def fix_evidence(self, place, offer):
        evidence = super().fix_evidence(place, offer)
        self.__dict__.setdefault("sources", {}).setdefault(evidence.changelog.lstrip().partition(" ")[0], evidence)
        return evidence


def past(advisories, place, names):
    """Packages as they were on the first day of the releases that the lists know updates of."""
    plain = (urlsplit(place).netloc,) if "://" in place else ()
    rows = []
    for codename in RELEASES:
        known = {pair: fixed for pair, fixed in advisories[codename].items() if pair[0] in names}
        if not any(f"deb{VERSIONS[codename]}u" in fixed for fixed in known.values()):
            continue
        archives = Remembering([place], make_fetcher(NetSettings(plain_http=plain)))
        facts = release_facts(archives, codename, dict.fromkeys({name for name, _ in known}, ()), key)
        first = {name: first_day(archives.sources[name], codename) for name in facts.sources if name in archives.sources}
        true = {pair for pair, fixed in known.items() if pair[0] in first and fixed != "0" and key(fixed) > first[pair[0]]}
        sources = {name: archives.sources[name] for name in first}
        alone, patched = (
            {(name, cve): version for name, evidence in sources.items() for cve, version in read(evidence).items()}
            for read in (
                lambda evidence: fixes(evidence.changelog, key),
                lambda evidence: fixes(evidence.changelog, key, evidence.patched),
            )
        )
        whole = {
            (name, cve): version
            for name in first
            for version, cves in facts.sources[name].cves_by_version.items()
            for cve in cves
        }
        readings = (("changelogs alone", alone), ("changelogs and patches", patched), ("and the newest release", whole))
        for reading, fixed in readings:
            found = {pair for pair, version in fixed.items() if pair in known and key(version) > first[pair[0]]}
            same = sum(fixed[pair] == known[pair] for pair in found & true)
            late = sum(key(fixed[pair]) > key(known[pair]) for pair in found & true)
            missed = ", ".join(f"{name} {count}" for name, count in Counter(name for name, _ in true - found).most_common())
            count = len({name for name, _ in true})
            rows.append(
                (
                    f"{codename}, {reading}",
                    count,
                    len(found),
                    len(found & true),
                    same,
                    late,
                    len(true),
                    *ratios(found, true),
                    missed,
                )
            )
    columns = ("release", "source packages", "found", "right", "same version", "later version", "true")
    return (*columns, "precision", "recall", "missed"), rows


def first_day(evidence, codename):
    days = [entry.place for entry in entries_of(evidence.changelog, key) if "" < entry.day <= RELEASED[codename]]
    return max(days, default=key("0"))


def installed_in(image):
    command = [sys.executable, "-m", "careen", "inventory", CORPUS / "docker" / f"{image}.tar", "--format", "json"]
    report = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return {(package["source"] or package)["name"] for package in report["packages"] if package["type"] == "deb"}


def drawn(table):
    title, columns, rows = table
    lines = [f"\n## {title}\n", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    for row in rows:
        ratio = {columns.index(name) for name in ("precision", "recall")}
        cells = ("-" if cell is None else f"{cell:.3f}" if number in ratio else str(cell) for number, cell in enumerate(row))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


main()

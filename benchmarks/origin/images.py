"""End to end: images with planted code, scanned; the vulnerabilities of that code, against those of its true names.

What is planted is in ``images.toml``. By the SHA-256 of its name, a third of the projects is in the knowledge base with the
planted version, a third with other versions, and a third is absent; the base that ships is used as well, and what it has is
never absent. The truth is what Careen itself reports for an SBOM with the true package URLs and CPE names: a wrong
advisory counts neither for nor against. CAREEN_CACHE_DIR has the database.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from careen.app.origin import SHIPPED
from careen.origin.fetch.deb import upstream_of
from careen.origin.knowledge import open_base
from careen.origin.order import version_key

from .end_to_end import GROUPS, Group, Measured, Reported, Scan, one_id, report
from .layouts import with_layer
from .planting import WORK, Plant, Truth, listed, plants
from .sets import apt_options, listing, run, write_section

BASE_IMAGE = Path(".cache/corpus/oci/debian12")
PEERS = Path(".cache/peers")
KNOWLEDGE = WORK / "kb"
BY_CODE = "origin"  # the source of a finding that no advisory names
NEIGHBOURS = 2  # releases before and after the planted one that the base has


def main() -> None:
    planted = plants()
    truths = sorted({truth for plant in planted for truth in plant.truths})
    print(f"{len(planted)} plants, {len(truths)} components", flush=True)
    build_base(truths)
    images = list(_images(planted))
    there = true_findings(truths)
    groups = {truth: group_of(truth) for truth in truths}
    whole = with_layer(BASE_IMAGE, _files(planted), WORK / "image-whole")
    scans = {
        "Careen": [(scan_of(place), held) for place, held in images],
        "Syft": [(syft(whole), planted)],
        "Trivy": [(trivy(whole), planted)],
    }
    measured = {tool: Measured.of(found, there, groups) for tool, found in scans.items()}
    print("\n".join(measured["Careen"].remarks))
    write_section("images", report(len(images), len(open_base(KNOWLEDGE).projects), measured))


def _images(planted: Sequence[Plant]) -> Iterator[tuple[Path, list[Plant]]]:
    """The images, each with its share of what is planted."""
    count = listed()["images"]
    for number in range(count):
        held = list(planted[number::count])
        yield with_layer(BASE_IMAGE, _files(held), WORK / f"image-{number:02}"), held


def _files(planted: Sequence[Plant]) -> dict[str, bytes]:
    return {path: data for plant in planted for path, data in plant.files.items()}


def build_base(truths: Sequence[Truth]) -> None:
    planted: dict[str, set[str]] = defaultdict(set)
    for truth in truths:
        if truth.version:
            planted[truth.project].add(truth.version)
    sources = [*listed()["others"]]
    sources += [source for project, versions in sorted(planted.items()) if (source := _source(project, versions))]
    key = hashlib.sha256("\n".join(sources).encode()).hexdigest()
    if (KNOWLEDGE / "manifest.json").exists() and (KNOWLEDGE / "sources").read_text("utf-8") == key:
        return
    named = [argument for source in sources for argument in ("--from", source)]
    settings = WORK / "apt.conf"
    options = (option.partition("=") for option in apt_options() if option != "-o")
    settings.write_text("".join(f'{name} "{value}";\n' for name, _, value in options), "utf-8")
    command = ["nice", "-n", "10", sys.executable, "-m", "careen", "origin", "build", "--kb", str(KNOWLEDGE), *named]
    subprocess.run(command, env={**os.environ, "APT_CONFIG": str(settings.absolute())}, check=False)
    (KNOWLEDGE / "sources").write_text(key, "utf-8")


def wanted_group(project: str) -> Group:
    """By its name. A project of the base that ships is never absent."""
    shipped = {known.name for known in open_base(SHIPPED).projects}
    digest = hashlib.sha256(project.encode()).digest()
    return GROUPS[digest[0] % 2] if project in shipped else GROUPS[digest[0] % 3]


def group_of(truth: Truth) -> Group:
    """By what the bases have."""
    versions = {
        version
        for base in (open_base(SHIPPED), open_base(KNOWLEDGE))
        for known in base.projects
        if known.name == truth.project
        for version in known.versions
    }
    if not versions:
        return "without the project"
    return "with that version" if truth.version in versions else "with other versions"


def _source(project: str, planted: set[str]) -> str:
    """What ``careen origin build`` takes; nothing of a project that is to be absent."""
    group = wanted_group(project)
    offered = _offered(*project.split(":", 1)) if group != "without the project" else []
    places = [offered.index(version) for version in planted if version in offered]
    if places:
        offered = offered[max(min(places) - NEIGHBOURS, 0) : max(places) + NEIGHBOURS + 1]
    chosen = [version for version in offered if group == "with that version" or version not in planted]
    chosen = chosen or offered  # of a project that has no other version
    return f"{project}@{','.join(chosen)}" if chosen else ""


def _offered(kind: str, name: str) -> list[str]:
    """The versions of a project, in their order."""
    if kind != "deb":
        return [archive.version for archive in listing(kind, name).archives]
    entries = run("apt-cache", *apt_options(), "showsrc", "--only-source", name)
    found = {upstream_of(version) for version in re.findall(r"^Version: (\S+)$", entries, re.MULTILINE)}
    return sorted(found, key=version_key)


def true_findings(truths: Sequence[Truth]) -> dict[Truth, dict[str, frozenset[str]]]:
    """For each component the vulnerabilities of its true names: each by one id, with all of its ids."""
    parts = [_part(truth, name) for truth in truths for name in truth.names]
    sbom = WORK / "truth.cdx.json"
    sbom.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": parts}), "utf-8")
    found: dict[tuple[str, str], dict[str, frozenset[str]]] = defaultdict(dict)
    for finding in careen("scan", str(sbom), "--scanners", "vuln")["findings"]:
        ids = frozenset((finding["id"], *finding["aliases"]))
        found[finding["package_name"], finding["package_version"]][one_id(ids)] = ids
    return {
        truth: {id: ids for name in truth.names for id, ids in found[_short(name), truth.version].items()} for truth in truths
    }


def _part(truth: Truth, name: str) -> dict[str, Any]:
    part = {"type": "library", "name": _short(name), "version": truth.version}
    if name.startswith("pkg:"):
        return {**part, "purl": f"{name}@{truth.version}"}
    number = re.match(r"[\d.]*\d[a-z]?", truth.version)
    return {**part, "cpe": f"{name}:{number[0] if number else '*'}:*:*:*:*:*:*:*"}


def _short(name: str) -> str:
    """The name of a component of the SBOM; one for each CPE name, as a project may have had several."""
    return name.rpartition("/")[2] if name.startswith("pkg:") else "_".join(name.split(":")[3:5])


def scan_of(place: Path) -> Scan:
    report = careen("scan", str(place), "--scanners", "vuln,origin", "--origin-kb", str(KNOWLEDGE))
    named = tuple(
        (evidence["path"], package["name"], package["version"])
        for package in report["packages"]
        for evidence in package["evidence"]
    )
    reported = tuple(
        Reported(
            path,
            finding["package_name"],
            frozenset((finding["id"], *finding["aliases"])),
            finding["confidence"] != "possible",
            any(advisory["source"] == BY_CODE for advisory in finding["advisories"]),
        )
        for finding in report["findings"]
        for path in finding["paths"]
    )
    return Scan(named, reported)


def syft(place: Path) -> Scan:
    document = _peer("syft", "scan", f"oci-dir:{place}", "-q", "-o", "json")
    named = [
        (location["path"].lstrip("/"), artifact["name"], artifact["version"])
        for artifact in document["artifacts"]
        for location in artifact["locations"]
    ]
    return Scan(tuple(named), ())


def trivy(place: Path) -> Scan:
    flags = "--skip-db-update --skip-java-db-update --offline-scan --scanners vuln --format json --list-all-pkgs"
    cache = ("--cache-dir", str((PEERS / "trivycache").absolute()))
    document = _peer("trivy", "-q", *cache, "image", "--input", str(place), *flags.split())
    named: list[tuple[str, str, str]] = []
    reported = []
    for result in document.get("Results") or []:
        named += [
            (package.get("FilePath") or result["Target"], package["Name"], package["Version"])
            for package in result.get("Packages") or []
        ]
        for finding in result.get("Vulnerabilities") or []:
            path, id = finding.get("PkgPath") or result["Target"], finding["VulnerabilityID"]
            reported.append(Reported(path, finding["PkgName"], frozenset([id]), True, False))
    return Scan(tuple(named), tuple(reported))


def _peer(tool: str, *arguments: str) -> dict[str, Any]:
    environment = {**os.environ, "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    done = subprocess.run([PEERS / "bin" / tool, *arguments], capture_output=True, timeout=600, env=environment, check=True)
    return dict(json.loads(done.stdout))


def careen(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "careen", *arguments, "--offline", "--quiet", "--format", "json"]
    done = subprocess.run(command, capture_output=True, timeout=600)
    if done.returncode > 1:
        raise SystemExit(done.stderr.decode("utf-8", "replace"))
    return dict(json.loads(done.stdout))

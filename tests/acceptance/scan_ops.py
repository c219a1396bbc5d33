"""``scan``: an image or tree, end to end, over a fixture database; ``distro``: which distribution some files name."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from careen.app import documents, opening
from careen.catalogers.distribution import PATHS, join, read
from careen.checks.files import find_files
from careen.checks.helm import ChartValues, with_charts
from careen.checks.kind import Kind, Rules
from careen.checks.tuning import Tuning, tuned
from careen.checks.user_checks import UserChecks, load_user_checks
from careen.database.memory import MemoryDatabase
from careen.layers.index import Readers
from careen.matching.distributions import release_of
from careen.model.advisory import Advisory
from careen.model.delta import Fact
from careen.model.finding import ExposedSecret, Misconfiguration, Vulnerability
from careen.model.package import Distribution
from careen.pipeline.assessment import Assessment, Matcher
from careen.pipeline.files import check_files
from careen.pipeline.image import inventory_of, report_of, with_vendors
from careen.pipeline.layers import Reading
from careen.plugins import Cataloger, Check, OpenContext, load
from careen.sboms.file import read_file
from careen.secrets.reader import SECRETS
from careen.store.memory import NoStore
from tests.support.reading import MemoryFile

from . import fixture_db
from .match_ops import _key_of, ecosystems, schemes


@cache
def _advisories(folder: str) -> tuple[Advisory, ...]:
    return tuple(fixture_db.read(sorted(Path(folder).glob("*.yaml")), _key_of))


def scan(request: dict[str, Any]) -> dict[str, Any]:
    """Packages, secrets and configuration of an image, tree or SBOM; of a tree also its source files."""
    path = request["path"]
    listed = documents.sbom_path(path)
    if listed is not None:
        image, inventory = read_file(listed, path, documents.sbom_formats())
        inventory = with_vendors(inventory)
    else:
        kinds = opening.image_sources()
        source = next(kinds[name] for name in opening.LOCAL if kinds[name].accepts(path))
        readers = Readers.of((*load("careen.catalogers", "CATALOGER", Cataloger), SECRETS), "acceptance")
        image, inventory = inventory_of(source.open(path, OpenContext()), Reading(readers, NoStore()))
    database = MemoryDatabase(_advisories(request["db_dir"]))
    checks = tuple(check for check in load("careen.checks.image", "CHECK", Check) if check.default)
    assessment = Assessment(matcher=Matcher(database, schemes(), ecosystems()), checks=checks)
    found = report_of(image, inventory, assessment).findings
    policies = [Path(path, name.rpartition(f"/{Path(path).name}/")[2]) for name in request["options"].get("policyPaths") or ()]
    sources = _of_source_files(path, policies) if Path(path).is_dir() else []
    return {
        "vulns": [
            {"id": one.id, "pkg": one.package_name, "version": one.package_version}
            for one in found
            if isinstance(one, Vulnerability)
        ],
        "misconf": [
            *sources,
            *({"id": one.id, "start": one.location.line} for one in found if isinstance(one, Misconfiguration)),
        ],
        "secrets": [{"rule": one.id, "start": one.location.line} for one in found if isinstance(one, ExposedSecret)],
    }


def _of_source_files(path: str, policies: list[Path]) -> list[dict[str, Any]]:
    """In the words of the other tool: its ids, and lines of what a chart renders to, below the line that names its source."""

    own = load_user_checks(policies) if policies else UserChecks()

    def checks_of(kind: Kind) -> tuple[Check, ...]:
        ours = [check for folder in kind.folders for check in load(f"careen.checks.{folder}", "CHECK", Check)]
        return tuned([*ours, *own.of(kind.name)], Tuning())

    found = find_files([path])
    charts = with_charts(found.files, ChartValues(), found.packed)
    rows = []
    for one in check_files(charts.files, checks_of, Rules()).outcome.findings:
        above = 1 if one.location.path in charts.lines else 0
        line = None if one.location.line is None else one.location.line + above
        rows += [{"id": peer, "start": line} for peer in _peers().get(one.id, (one.id,))]
    return rows


@cache
def _peers() -> dict[str, list[str]]:
    """The other tool's ids for the same misconfiguration, by ours."""
    found: dict[str, list[str]] = {}
    for peer, own in json.loads(Path(__file__).with_name("misconfig_map.json").read_text("utf-8")).items():
        tool, _, rule = peer.partition(":")
        for check in own if tool == "trivy" else ():
            found.setdefault(check, []).append(rule)
    return found


def distro(request: dict[str, Any]) -> dict[str, str]:
    """A file is named after what it is; where it stands in a file system follows from that."""
    facts = []
    for name, text in request["files"].items():
        endings = (name.rpartition("/")[2], name.rpartition("_")[2])
        place = next((path for path in PATHS if path.rpartition("/")[2] in endings), "etc/os-release")
        try:
            facts += [Fact(place, 0, value) for value in read(MemoryFile(place, text.encode()))]
        except ValueError:
            continue
    return _in_their_words(dict(join(facts))[""])


# What the sets call a family and its release if that is not what the files state.
_FAMILIES = {"almalinux": "alma", "amzn": "amazon", "ol": "oracle", "rhel": "redhat"}
_BY_RELEASE = {"amzn": "AmazonLinux", "photon": "Photon"}


def _in_their_words(found: Distribution) -> dict[str, str]:
    by_file = found.evidence is not None and found.evidence.path.endswith("/os-release")
    release = release_of(found)
    if by_file and release and found.id in _BY_RELEASE:
        return {"id": _BY_RELEASE[found.id], "version": release.namespace.partition(":")[2].removesuffix(".0")}
    if not by_file and found.pretty_name.endswith("/sid"):
        return {"id": found.id, "version": found.pretty_name.rpartition(" ")[2]}
    return {"id": found.id if by_file else _FAMILIES.get(found.id, found.id), "version": found.version}


OPS = {"scan": scan, "distro": distro}

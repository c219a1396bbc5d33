"""``scan``: an image or tree, end to end, over a fixture database; ``distro``: which distribution some files name."""

from functools import cache
from pathlib import Path
from typing import Any

from careen.app import opening
from careen.catalogers.distribution import PATHS, distributions, read
from careen.database.memory import MemoryDatabase
from careen.layers.index import Readers
from careen.matching.distributions import release_of
from careen.model.advisory import Advisory
from careen.model.delta import Fact
from careen.model.package import Distribution
from careen.plugins import Cataloger, OpenContext, load
from careen.policy.policy import Policy
from careen.scan import Reading, inventory_of, report_of
from careen.store.memory import NoStore
from tests.support.reading import MemoryFile

from . import fixture_db
from .match_ops import _key_of, ecosystems, schemes


@cache
def _advisories(folder: str) -> tuple[Advisory, ...]:
    return tuple(fixture_db.read(sorted(Path(folder).glob("*.yaml")), _key_of))


def scan(request: dict[str, Any]) -> dict[str, Any]:
    sources = opening.image_sources()
    source = next(sources[name] for name in opening.LOCAL if sources[name].accepts(request["path"]))
    image = source.open(request["path"], OpenContext())
    readers = Readers.of(load("careen.catalogers", "CATALOGER", Cataloger), "acceptance")
    image, inventory = inventory_of(image, Reading(readers, NoStore()))
    report = report_of(image, inventory, MemoryDatabase(_advisories(request["db_dir"])), schemes(), ecosystems(), Policy())
    vulns = [
        {"id": one.id, "pkg": one.package_name, "version": one.package_version}
        for one in report.findings
        if getattr(one, "package_name", None)
    ]
    return {"vulns": vulns, "misconf": [], "secrets": []}


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
    return _in_their_words(distributions(facts)[""])


# What the sets call a family and its release where that is not what the files say.
_FAMILIES = {"almalinux": "alma", "ol": "oracle"}
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

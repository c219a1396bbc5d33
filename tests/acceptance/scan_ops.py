"""``scan``: an image or tree, end to end, over a fixture database; ``distro``: which distribution some files name."""

from functools import cache
from pathlib import Path
from typing import Any

from careen.app import opening
from careen.catalogers.distribution import PATHS, distributions, read
from careen.database.memory import MemoryDatabase
from careen.layers.index import Readers
from careen.model.advisory import Advisory
from careen.model.delta import Fact
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
        place = next((path for path in PATHS if path.rpartition("/")[2] == name.rpartition("/")[2]), "etc/os-release")
        try:
            facts += [Fact(place, 0, value) for value in read(MemoryFile(place, text.encode()))]
        except ValueError:
            continue
    found = distributions(facts)[""]
    return {"id": found.id, "version": found.version}


OPS = {"scan": scan, "distro": distro}

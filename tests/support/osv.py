"""A feed of npm's records, and lists of what changed of it."""

import io
import json
import zipfile

from careen.database.knowledge import database_path
from careen.database.read import open_database
from careen.plugins import Need
from tests.support.feeds import SOURCES, FakeNetwork

BUCKET = "https://osv-vulnerabilities.storage.googleapis.com/npm"
OSV = [source for source in SOURCES if source.name == "osv"]
NEED = Need(frozenset({"npm"}))


def record(number, fixed="2.0.0", **more):
    return {
        "id": f"GHSA-{number:04}-aaaa-bbbb",
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": f"boat-{number}"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
            }
        ],
        **more,
    }


def whole(*records):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for one in records:
            archive.writestr(f"{one['id']}.json", json.dumps(one, indent=2))
    return packed.getvalue()


def later(listed, *records, **more):
    singles = {f"{BUCKET}/{one['id']}.json": json.dumps(one, indent=2).encode() for one in records}
    return FakeNetwork({f"{BUCKET}/modified_id.csv": listed.encode(), **singles, **more})


def fixed(cache):
    with open_database(database_path(cache)) as database:
        names = [f"boat-{number}" for number in range(200)]
        info = {one.source: one for one in database.namespace("npm")}["osv/npm"]
        found = {
            name: [one.ranges[0].fixed for one in advisories] for name, advisories in database.advisories("npm", names).items()
        }
    assert info.records == sum(map(len, found.values()))
    assert info.packages == len(found)
    return found

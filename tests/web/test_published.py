"""First scans with a published database in a real registry, and with a registry that fails."""

import pytest

from tests.support.real_registry import start_registry, stop_registry
from tests.web.images import KINDS
from tests.web.relay import Fault
from tests.web.stage import PUBLISHED, REGISTRY, Stage

FAULTS = {"too many requests": (Fault("status", 429), "429"), "unavailable": (Fault("status", 503), "503")}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """All feeds are published."""
    process, host = start_registry(tmp_path_factory.mktemp("registry"))
    try:
        stage = Stage(tmp_path_factory.mktemp("web"), 0.01, host)
        place = f"oci://{host}/{PUBLISHED.rpartition('/')[2]}"
        with stage.relay() as relay:
            home, keys = stage.folder / "publisher", stage.folder / "keys"
            assert stage.run(relay, home, "db", "keys", keys).code == 0
            done = stage.run(relay, home, "db", "publish", place, "--keys", keys, "--all-licences", NO_PROXY="127.0.0.1")
            assert done.code == 0, done.stderr
        yield stage
    finally:
        stop_registry(process)


def by_published(stage, relay, home, kind):
    return stage.scan(relay, home, kind, "--db-artifact", PUBLISHED, "--db-root", stage.folder / "keys" / "root.json")


def test_a_first_scan_takes_what_its_image_needs(stage, tmp_path):
    pulled = {}
    with stage.relay() as relay:
        stage.run(
            relay, tmp_path / "all", "db", "update",
            "--artifact", PUBLISHED, "--root", stage.folder / "keys" / "root.json",
        )  # fmt: skip
        everything = sum(one.sent_bytes for one in relay.seen if one.host == REGISTRY)
        for kind in KINDS:
            before = len(relay.seen)
            done = by_published(stage, relay, tmp_path / kind, kind)
            assert (done.code, done.stderr) == (0, ""), kind
            assert stage.world.news(kind) in done.stdout
            asked = {one.host for one in relay.seen[before:]} - {REGISTRY, "cveawg.mitre.org"}
            assert asked == set(), kind  # no feed was needed
            pulled[kind] = done.registry_bytes
    assert max(pulled.values()) < everything
    assert pulled["alpine"] < everything / 2


@pytest.mark.parametrize("name", FAULTS)
def test_a_registry_that_does_not_answer(stage, tmp_path, name):
    fault, reason = FAULTS[name]
    with stage.relay(lambda host, path: fault if host == REGISTRY else None) as relay:
        done = by_published(stage, relay, tmp_path, "alpine")
    assert done.code == 0
    assert ["the feeds are read" in line and reason in line for line in done.lines] == [True], done.lines
    assert stage.world.news("alpine") in done.stdout


def test_a_registry_that_cannot_be_reached(stage, tmp_path):
    with stage.relay() as relay:
        root = stage.folder / "keys" / "root.json"
        done = stage.scan(relay, tmp_path, "alpine", "--db-artifact", "oci://down.example.test/db", "--db-root", root)
        assert relay.unknown == ["down.example.test"] * len(relay.unknown) != []
    assert done.code == 0
    assert ["the feeds are read" in line and "down.example.test" in line for line in done.lines] == [True], done.lines
    assert stage.world.news("alpine") in done.stdout

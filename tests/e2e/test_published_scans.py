"""Scans by what is published: whom they ask, how long they wait, and what is left to a process in the background."""

import json
import logging
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from msgspec.structs import replace
from tests.support.databases import dated
from tests.support.feeds import GOLDEN, lay_out
from tests.support.registry import Registry
from tests.support.servers import Answer, free_port

from careen.app import publications
from careen.app.background import Order
from careen.app.publications import bring, newest, own, users_own
from careen.app.publishing import make_publisher, publish_database
from careen.app.session import Session
from careen.config import Settings
from careen.database.build import FeedRow, Fresh, build
from careen.database.checks import Check, write_checks
from careen.database.file_state import rows_of
from careen.database.knowledge import database_path
from careen.database.publication import read_known, write_known
from careen.errors import Error, InputError
from careen.model.advisory import Advisory, Range

SOURCES = ("debian", "alpine", "kev", "epss", "cwe")
NEED = frozenset({"debian:12"})


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys") / "keys"
    make_publisher(folder)
    return folder


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mirror")
    for case in sorted(GOLDEN.glob("*/*/SOURCE")):
        if case.parent.parent.name in SOURCES:
            lay_out(case.parent / "input", folder)
    return folder


@pytest.fixture
def registry():
    """What a scan leaves behind still asks it: its threads end before the next test begins."""
    before = set(threading.enumerate())
    with Registry() as started:
        yield started
        started.let_go.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(30)


@pytest.fixture
def scene(registry, keys, mirror, tmp_path, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")  # no feed can be reached
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    return Scene(registry, keys, mirror, tmp_path)


class Scene:
    def __init__(self, registry, keys, mirror, folder):
        self.registry, self.keys, self.mirror, self.folder = registry, keys, mirror, folder
        self.place = f"oci://{registry.host}/team/db"
        (folder / "publisher").mkdir(mode=0o700)
        publish_database([self.place], keys, Settings(cache_dir=folder / "publisher", db_from=str(mirror)), anew=True)
        (folder / "user").mkdir(mode=0o700)
        self.settings = Settings(
            cache_dir=folder / "user", db_artifact=(self.place,), db_root=keys / "root.json", scanners=("vuln",)
        )
        self.database = database_path(self.settings.cache_dir)
        self.registry.requests.clear()

    def bill(self, name, version):
        system = {"type": "operating-system", "name": name, "version": version}
        kind = "deb" if name == "debian" else "apk"
        package = {"type": "library", "name": "halyard", "version": "1-r0", "purl": f"pkg:{kind}/{name}/halyard@1-r0"}
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [system, package]}))
        return str(file)

    def scan(self, *bills, **settings):
        with Session(replace(self.settings, **settings)) as session:
            for bill in bills or (self.bill("debian", "12"),):
                session.scan(bill)

    def age(self):
        then = (datetime.now(UTC) - timedelta(days=2)).isoformat(timespec="milliseconds")
        dated(self.database, then[:10], fetched=then)
        write_checks(self.database, {})
        known = read_known(self.database)
        write_known(self.database, msgspec.structs.replace(known, asked=then))


def test_metadata_are_asked_for_once_in_a_run(scene):
    scene.scan(scene.bill("debian", "12"), scene.bill("alpine", "3.18"))
    assert {"debian", "alpine"} <= {row.source for row in rows_of(scene.database).values()}
    assert len(scene.registry.asked("GET", "/manifests/")) == 1


def test_never_asks_nobody_where_the_database_can_be_used(scene):
    scene.scan()
    scene.age()
    scene.registry.requests.clear()
    scene.scan(refresh="never")
    assert scene.registry.requests == []


def test_never_takes_what_is_lacking(scene):
    scene.scan(refresh="never")
    assert "debian/tracker.json" in rows_of(scene.database)


def test_a_registry_that_does_not_answer(scene, monkeypatch, caplog):
    """Where the database can be used nobody waits for it; it is left alone then."""
    monkeypatch.setattr("careen.database.update.PATIENCE_S", 0.3)
    scene.scan()
    scene.age()
    scene.registry.holds = lambda: True
    with caplog.at_level(logging.WARNING):
        scene.scan()
    assert "no time to take the published database" in caplog.text
    scene.registry.requests.clear()
    scene.scan()
    assert scene.registry.requests == []
    scene.registry.let_go.set()


def test_a_first_scan_does_not_wait_for_a_registry_that_is_busy(scene, caplog):
    """It says how long it wants to be left alone: the feeds are turned to at once."""
    scene.registry.busy = [Answer(429, headers={"Retry-After": "30"}) for _ in range(20)]
    with caplog.at_level(logging.WARNING):
        scene.scan()
    assert "the feeds are read" in caplog.text
    assert len(scene.registry.requests) - len(scene.registry.asked("GET", "/tags/")) <= 2


def test_what_there_was_no_time_for_is_taken_in_the_background(scene, monkeypatch):
    monkeypatch.setattr("careen.database.update.PATIENCE_S", 0.3)
    started = []
    monkeypatch.setattr("careen.app.background.start", lambda settings, namespaces: started.append(set(namespaces)))
    scene.scan()
    scene.age()
    scene.registry.holds = lambda: True
    scene.scan(refresh="background")
    assert started
    assert "debian:12" in started[0]
    scene.registry.holds = lambda: False
    scene.registry.let_go.set()
    order = Order(scene.settings.cache_dir, tuple(started[0]), db_artifact=(scene.place,), db_root=scene.settings.db_root)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "careen.app.background"],
        input=msgspec.json.encode(order, enc_hook=str), stderr=subprocess.PIPE, timeout=600, check=False,
    )  # fmt: skip
    assert b"the published database could not be used" not in done.stderr
    known = read_known(scene.database)
    assert datetime.now(UTC) - datetime.fromisoformat(known.asked) < timedelta(hours=1)


def test_a_login_is_shown_where_it_is_needed(scene):
    """The address is the user's own: it is asked as by ``db pull``, and without a request nothing is reported."""
    with_login = replace(scene.settings, registry_username="ann", registry_password="s3cret")
    assert bring(with_login, NEED, ())
    assert not [one for one in scene.registry.requests if one.headers.get("authorization")]
    scene.registry.auth = "basic"
    with pytest.raises(Error):
        newest((scene.place,), own(scene.settings), then=users_own(scene.settings))
    assert newest((scene.place,), own(with_login), then=users_own(with_login)).publication.groups
    assert users_own(replace(with_login, db_artifact=())) is None


def test_one_held_feed_does_not_hide_what_else_is_lacking(tmp_path):
    from careen.database.layer import Packed
    from careen.database.publication import Group

    now, path = datetime.now(UTC).isoformat(timespec="milliseconds"), tmp_path / "advisories.sqlite"
    rows = [FeedRow(f"debian/{name}", "debian", as_of="2026-01-01", fetched=now) for name in ("held", "lacking")]
    records = [Advisory("CVE-2025-1", "debian", "debian:12", "halyard", (Range(None, "1"),))]
    build(path, [Fresh(rows[0], lambda: records)], now)
    write_checks(path, {"debian/held": Check(trouble="held_back")})
    newer = tuple(replace(row, as_of="2026-01-05", layer="sha256:00") for row in rows)
    group = Group("debian", Packed("sha256:00", 1, 1), newer)
    assert not publications._is_fresh(path, now, [group])
    assert publications._is_fresh(path, now, [Group("debian", group.packed, newer[:1])])


def test_what_its_licence_does_not_allow_is_not_published(scene, tmp_path):
    lay_out(next(GOLDEN.glob("chainguard/*/SOURCE")).parent / "input", tmp_path / "more")
    publisher = Settings(cache_dir=tmp_path / "publisher", db_from=str(tmp_path / "more"))
    place = f"oci://{scene.registry.host}/team/licences"
    for all_licences in (False, True):
        done = publish_database([place], scene.keys, publisher, anew=True, all_licences=all_licences)
        (tmp_path / str(all_licences)).mkdir(mode=0o700)  # both may be of one second
        user = replace(scene.settings, cache_dir=tmp_path / str(all_licences))
        names = {group.name.partition("/")[0] for group in newest((place,), user).publication.groups}
        assert "debian" in names
        assert ("chainguard" in names) == all_licences
        assert list(done.withheld) == ([] if all_licences else ["chainguard"])


def test_a_file_that_is_no_root(scene, tmp_path):
    (tmp_path / "bad.json").write_text('{"signed": {"_type": "targets"}}')
    with pytest.raises(InputError, match=r"bad\.json is not a root of trust \(root\.json\)"):
        newest((scene.place,), replace(scene.settings, db_root=tmp_path / "bad.json"))

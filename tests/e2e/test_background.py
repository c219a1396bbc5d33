"""A refresh that a scan has no time for is finished by a process of its own, and the next scan has the data."""

import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.support.databases import dated
from tests.support.faults import FileServer
from tests.support.feeds import whole_mirror, write_manifest
from tests.support.waiting import until

from careen.app.background import Order, start
from careen.app.cachefolder import settled
from careen.app.session import Session
from careen.config import Settings
from careen.database.checks import write_checks
from careen.database.knowledge import database_path
from careen.database.lock import exclusive
from careen.database.read import open_database
from careen.database.refreshlog import MAX_BYTES, last_line, log_beside

TRACKER = "debian/tracker.json"
BILL = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "components": [
        {"type": "operating-system", "name": "debian", "version": "12"},
        {"type": "library", "name": "halyard", "version": "1.0-1", "purl": "pkg:deb/debian/halyard@1.0-1?distro=debian-12"},
    ],
}


def tracker(version):
    """Of some pieces of a download."""
    issue = {"releases": {"bookworm": {"status": "resolved", "fixed_version": f"1.{version}-1", "urgency": "low"}}}
    padding = random.Random(version).randbytes(500_000).hex()
    return json.dumps({"halyard": {"CVE-2025-1": issue, "CVE-2025-2": issue | {"description": padding}}}).encode()


class Scene:
    def __init__(self, folder, server, mirror):
        self.server, self.mirror = server, mirror
        (folder / "bill.json").write_text(json.dumps(BILL))
        self.bill = str(folder / "bill.json")
        self.settings = Settings(
            cache_dir=folder / "cache", db_from=server.server.url, refresh="background", scanners=("vuln",), timeout_s=60
        )
        self.database = database_path(self.settings.cache_dir)
        self.log = log_beside(self.database)

    def offer(self, version):
        (self.mirror / TRACKER).write_bytes(tracker(version))
        write_manifest(self.mirror)
        files = [path for path in self.mirror.rglob("*") if path.is_file()]
        self.server.files = {f"/{path.relative_to(self.mirror).as_posix()}": path.read_bytes() for path in files}
        self.server.version = version

    def scan(self, **settings):
        with Session(msgspec.structs.replace(self.settings, **settings)) as session:
            session.scan(self.bill)

    def age(self):
        then = (datetime.now(UTC) - timedelta(days=2)).isoformat(timespec="milliseconds")
        dated(self.database, then, fetched=then)
        write_checks(self.database, {})

    @property
    def fix(self):
        with open_database(self.database) as database:
            return database.advisories("debian:12", ["halyard"])["halyard"][0].ranges[0].fixed

    def wait(self):
        """For the end of the process in the background."""
        assert until(lambda: " ended" in last_line(self.log)), last_line(self.log)


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """A scan that fetched its data two days ago; there are newer ones, and the server stops in the middle of them."""
    monkeypatch.setattr("careen.database.update.PATIENCE_S", 1.0)
    with FileServer() as server:
        scene = Scene(tmp_path, server, whole_mirror(tmp_path / "mirror"))
        scene.offer(1)
        scene.scan()
        scene.age()
        scene.offer(2)
        server.at[f"/{TRACKER}"] = server.stall(600_000)
        server.server.requests.clear()
        yield scene


def test_it_is_finished_after_the_report(scene, caplog):
    scene.scan()
    assert "debian is not up to date yet (no answer in time): it is finished in the background" in caplog.text
    assert scene.fix == "1.1-1"
    scene.server.at.clear()
    scene.server.released.set()
    scene.wait()
    assert scene.fix == "1.2-1"
    assert ("/debian/tracker.json", "bytes=524288-") in scene.server.asked  # what the scan had is not fetched again
    assert f"{TRACKER}: updated" in scene.log.read_text()
    scene.server.server.requests.clear()
    scene.scan()
    assert scene.server.asked == [("/MANIFEST.json", "")]  # within the day nobody is asked for a feed


def test_one_at_a_time(scene):
    with exclusive(scene.database.with_name("refresh.lock"), 0):
        assert not start(settled(scene.settings), ["debian:12"])
    assert not scene.log.exists()


@pytest.mark.parametrize("settings", [{"refresh": None}, {"refresh": "never"}, {"offline": True}])
def test_not_unless_asked(scene, settings, caplog):
    scene.scan(**settings)
    assert not scene.log.exists()
    assert ("could not be brought up to date" in caplog.text) == (settings == {"refresh": None})
    assert bool(scene.server.asked) == (settings != {"offline": True})
    assert ("/debian/tracker.json" in {path for path, _ in scene.server.asked}) == (settings == {"refresh": None})


def test_to_wait_is_to_have_all_of_it(scene):
    del scene.server.at[f"/{TRACKER}"]
    scene.scan(refresh="wait")
    assert scene.fix == "1.2-1"


def test_not_with_a_cache_of_the_process(scene, tmp_path):
    scene.settings.cache_dir.chmod(0o777)
    scene.scan(timeout_s=2)  # it lacks everything, and waits for what it lacks
    assert not scene.log.exists()


def refresh_in_front(scene, **order):
    order_sent = Order(scene.settings.cache_dir, ("debian:12",), scene.server.server.url, **order)
    arguments = [sys.executable, "-P", "-m", "careen.app.background"]
    document = msgspec.json.encode(order_sent, enc_hook=str)
    return subprocess.Popen(arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE), document


def test_it_ends_at_its_time_limit_and_the_next_goes_on(scene):
    for limit_s in (2.0, 6.0, 20.0):  # a busy machine takes longer to begin the download
        process, order = refresh_in_front(scene, limit_s=limit_s)
        log = process.communicate(order, timeout=600)[1].decode()
        assert process.returncode == 3
        assert f"time limit of {limit_s:g} s" in log
        assert scene.fix == "1.1-1"
        if list(scene.settings.cache_dir.rglob("partial/*")):
            break
    scene.server.at.clear()
    process, order = refresh_in_front(scene)
    log = process.communicate(order, timeout=600)[1].decode()
    assert (process.returncode, scene.fix) == (0, "1.2-1"), log
    assert scene.server.asked[-1][1].startswith("bytes=")


def test_what_it_says_of_failures(scene):
    scene.server.at[f"/{TRACKER}"] = lambda answer: type(answer)(403)
    process, order = refresh_in_front(scene)
    log = process.communicate(order, timeout=600)[1].decode()
    assert f"{TRACKER}: failed, the server answered 403" in log
    assert log.rstrip().endswith("ended; 1 failed")
    assert scene.fix == "1.1-1"


def test_its_log_is_bounded(scene):
    scene.log.write_bytes(b"an old line\n" * MAX_BYTES)
    start(settled(scene.settings), ["debian:12"])
    scene.server.at.clear()
    scene.server.released.set()
    scene.wait()
    assert scene.log.stat().st_size < MAX_BYTES
    assert scene.log.read_text().startswith("an old line\n")


def test_it_survives_its_parent_and_holds_nothing_of_it(scene):
    """The output of the parent ends although the child goes on, which has a session of its own."""
    code = (
        "import sys; from pathlib import Path; from careen.app.background import start; from careen.config import Settings;"
        "print(start(Settings(cache_dir=Path(sys.argv[1]), db_from=sys.argv[2]), ['debian:12']))"
    )
    arguments = [sys.executable, "-c", code, str(scene.settings.cache_dir), scene.server.server.url]
    parent = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    output = parent.communicate(timeout=600)[0]  # ends when nobody holds the pipe any more
    assert output == b"True\n"
    with pytest.raises(ProcessLookupError):
        os.killpg(parent.pid, 0)  # nobody is left in its group
    assert scene.fix == "1.1-1"
    scene.server.at.clear()
    scene.server.released.set()
    scene.wait()
    assert scene.fix == "1.2-1"

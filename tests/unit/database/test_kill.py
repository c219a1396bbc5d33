"""An update that is killed at any point leaves the previous database as it was, and the next one cleans up."""

import json
import os
import subprocess
import sys
import time

from tests.support.feeds import SOURCES, whole_mirror

from careen.database.read import open_database
from careen.database.update import database_path, update

POINTS = 10
# Many advisories, so that the build takes a while; the child says when it starts.
CHILD = """
import sys
from pathlib import Path
from careen import plugins
from careen.database.update import update
sources = plugins.load("careen.advisories", "ADVISORY_SOURCE", plugins.AdvisorySource)
print("ready", flush=True)
sys.stdin.readline()
update(Path(sys.argv[1]), sources, mirror_at=sys.argv[2])
print("done", flush=True)
"""


def tracker(count, generation):
    issue = {"releases": {"bookworm": {"status": "resolved", "fixed_version": f"1.{generation}-1", "urgency": "low"}}}
    return {f"package-{n % 997}": {f"CVE-2025-{m}": issue for m in range(n, count, 997)} for n in range(997)}


def test_killed_at_ten_points(tmp_path):
    cache, mirror = tmp_path / "cache", whole_mirror(tmp_path / "mirror")
    (mirror / "debian/tracker.json").write_text(json.dumps(tracker(40_000, 1)))
    update(cache, SOURCES, mirror_at=str(mirror))
    (mirror / "debian/tracker.json").write_text(json.dumps(tracker(40_000, 2)))
    path = database_path(cache)
    before = path.stat().st_ino
    duration = run(tmp_path / "other", mirror)
    killed = 0
    for _ in range(4 * POINTS):
        if killed == POINTS:
            break
        run(cache, mirror, kill_after_s=duration * (killed + 0.5) / POINTS)
        with open_database(path) as database:
            fixed = {one.ranges[0].fixed for one in database.advisories("debian:12", ["package-7"])["package-7"]}
            assert fixed in ({"1.1-1"}, {"1.2-1"})
            assert database.exploited(["CVE-2021-1"])
        if path.stat().st_ino == before:
            killed += 1
            assert fixed == {"1.1-1"}
        else:  # it had finished, so begin again
            duration *= 0.7
            (mirror / "debian/tracker.json").write_text(json.dumps(tracker(40_000, 1)))
            update(cache, SOURCES, mirror_at=str(mirror))
            (mirror / "debian/tracker.json").write_text(json.dumps(tracker(40_000, 2)))
            before = path.stat().st_ino
    assert killed == POINTS
    update(cache, SOURCES, mirror_at=str(mirror))
    assert sorted(file.name for file in path.parent.iterdir()) == ["advisories.sqlite", "checked.json", "lock"]
    with open_database(path) as database:
        assert database.advisories("debian:12", ["package-7"])["package-7"][0].ranges[0].fixed == "1.2-1"


def run(cache, mirror, kill_after_s=None):
    arguments = [sys.executable, "-c", CHILD, str(cache), str(mirror)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)) as child:
        assert child.stdout.readline() == b"ready\n"
        started = time.monotonic()
        child.stdin.write(b"go\n")
        child.stdin.flush()
        if kill_after_s is None:
            assert child.stdout.readline() == b"done\n"
        else:
            time.sleep(kill_after_s)
            child.kill()
        child.wait()
        return time.monotonic() - started

"""An update that is killed at any point leaves the previous database as it was, and the next one cleans up."""

import json
import shutil
import signal
import subprocess
import sys

from tests.support.feeds import SOURCES, whole_mirror

from careen.database.read import open_database
from careen.database.update import database_path, update

POINTS = 10
# Counts the calls of functions and kills itself at one of them: a place in the update, however busy the machine is.
CHILD = """
import os, signal, sys, threading
from pathlib import Path
from careen import plugins
from careen.database.update import update

count, last = 0, int(sys.argv[3])
def called(frame, event, argument):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)

sources = plugins.load("careen.advisories", "ADVISORY_SOURCE", plugins.AdvisorySource)
threading.setprofile(called)
sys.setprofile(called)
update(Path(sys.argv[1]), sources, mirror_at=sys.argv[2])
sys.setprofile(None)
print(count)
"""


def tracker(count, generation):
    issue = {"releases": {"bookworm": {"status": "resolved", "fixed_version": f"1.{generation}-1", "urgency": "low"}}}
    return {f"package-{n % 997}": {f"CVE-2025-{m}": issue for m in range(n, count, 997)} for n in range(997)}


def test_killed_at_ten_points(tmp_path):
    cache, mirror = tmp_path / "cache", whole_mirror(tmp_path / "mirror")
    (mirror / "debian/tracker.json").write_text(json.dumps(tracker(2_000, 1)))
    update(cache, SOURCES, mirror_at=str(mirror))
    (mirror / "debian/tracker.json").write_text(json.dumps(tracker(2_000, 2)))
    path = database_path(cache)
    before = path.stat().st_ino
    calls = int(run(shutil.copytree(cache, tmp_path / "other"), mirror))
    killed = 0
    for point in range(POINTS):
        run(cache, mirror, kill_at=int(calls * (point + 0.5) / POINTS))
        with open_database(path) as database:
            fixed = {one.ranges[0].fixed for one in database.advisories("debian:12", ["package-7"])["package-7"]}
            assert fixed == ({"1.1-1"} if path.stat().st_ino == before else {"1.2-1"})
            assert database.exploited(["CVE-2021-1"])
        killed += path.stat().st_ino == before
    assert killed >= POINTS - 2  # the last of them may be after the new file is in its place
    update(cache, SOURCES, mirror_at=str(mirror))
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "advisories.sqlite",
        "advisories.sqlite.sum",
        "checked.json",
        "lock",
        "partial.lock",
    ]
    with open_database(path) as database:
        assert database.advisories("debian:12", ["package-7"])["package-7"][0].ranges[0].fixed == "1.2-1"


def run(cache, mirror, kill_at=0):
    arguments = [sys.executable, "-c", CHILD, str(cache), str(mirror), str(kill_at)]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, check=False)
    assert done.returncode == (-signal.SIGKILL if kill_at else 0)
    return done.stdout

"""Scans of ten kinds of images on the web at a hundredth of its size: the first day, the next, and a month later."""

import pytest

from tests.web.images import KINDS
from tests.web.relay import Fault
from tests.web.stage import BACKGROUND, Background, Stage

TRACKER = "security-tracker.debian.org"


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    return Stage(tmp_path_factory.mktemp("web"), 0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_scans(stage, kind, tmp_path):
    for day in (0, 1, 30):
        stage.world.day = day
        with stage.relay() as relay:
            done = scanned(stage, relay, tmp_path, kind)
        assert done.code == 0
        assert done.stderr == ""
        assert stage.world.news(kind) in done.stdout
        assert done.report["coverage"]["verdict"] == "assessed"
        assert (relay.unknown, stage.world.absent) == ([], [])


def scanned(stage, relay, home, kind):
    """On a busy machine the rest of a refresh may run in the background: then the next scan counts."""
    background = Background(home)
    done = stage.scan(relay, home, kind)
    if BACKGROUND in done.stderr:
        background.wait()
        done = stage.scan(relay, home, kind)
    return done


def test_within_a_day_nothing_is_requested(stage, tmp_path):
    stage.world.day = 0
    with stage.relay() as relay:
        scanned(stage, relay, tmp_path, "debian")
        again = stage.scan(relay, tmp_path, "debian")
    assert (again.code, again.requests) == (0, 0)


def test_what_a_scan_has_no_time_for_is_there_after_the_background_refresh(stage, tmp_path):
    stage.world.day = 0
    with stage.relay() as relay:
        stage.scan(relay, tmp_path, "debian")
    stage.world.day = 1
    faults = {TRACKER: Fault("stall")}
    with stage.relay(lambda host, path: faults.get(host)) as relay:
        background = Background(tmp_path)
        done = stage.scan(relay, tmp_path, "debian")
        assert done.code == 0
        assert [line for line in done.lines if "debian is not up to date yet" in line and BACKGROUND in line] == done.lines
        assert stage.world.news("debian") not in done.stdout
        faults.clear()
        relay.release()
        background.wait()
        after = stage.scan(relay, tmp_path, "debian")
    assert (after.code, after.stderr) == (0, "")
    assert stage.world.news("debian") in after.stdout


def test_an_update_of_everything(stage, tmp_path):
    """Twice: the second update downloads only what changed."""
    stage.world.day = 0
    with stage.relay() as relay:
        first = stage.run(relay, tmp_path, "db", "update", "--full", "--feeds")
        second = stage.run(relay, tmp_path, "db", "update", "--full", "--feeds")
    for done in (first, second):
        assert (done.code, done.stderr) == (0, "")
    assert relay.unknown == []
    assert second.sent_bytes < first.sent_bytes / 20

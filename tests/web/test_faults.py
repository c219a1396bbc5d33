"""If a feed fails in any way, the earlier data are used, one line names source and reason, and the next try recovers."""

import json
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from careen.cli.main import main
from careen.database.checks import write_checks
from careen.database.knowledge import database_path
from tests.support.databases import dated
from tests.web.relay import Fault
from tests.web.stage import Stage

TRACKER = "security-tracker.debian.org/"
PLACES = {
    "debian": (TRACKER,),
    "eol": ("endoflife.date/",),
    "epss": ("epss.empiricalsecurity.com/",),
    "kev": ("www.cisa.gov/", "raw.githubusercontent.com/cisagov/"),
}
REFUSALS = {
    "forbidden": (Fault("status", 403), "answered 403"),
    "too many requests": (Fault("status", 429), "429"),
    "unavailable": (Fault("status", 503), "answered 503"),
    "reset": (Fault("reset"), "broke after|reset by peer"),
    "stall": (Fault("stall"), "sent nothing for 1 s"),
    "truncated": (Fault("truncated"), "broke after"),
    "html": (Fault("html"), "the server sent a web page"),
}
# Each with a source that assesses, and with one that only enriches.
CASES = [("debian", name) for name in REFUSALS]
CASES += [
    ("kev", "forbidden"), ("epss", "too many requests"), ("eol", "unavailable"), ("epss", "reset"), ("kev", "stall"),
    ("epss", "truncated"), ("eol", "html"),
]  # fmt: skip
TAGS = {"as they are": "kept", "another one each time": "changed", "stripped, as ranges are": "none"}


@dataclass
class Done:
    code: int
    stdout: str
    lines: list[str]

    @property
    def first(self):
        """The finding of the vulnerability that the earlier data have."""
        findings = json.loads(self.stdout)["findings"]
        return next(one for one in findings if one["id"] == "CVE-2026-10000")


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A stage after its first day."""
    return Stage(tmp_path_factory.mktemp("web"), 0.01, start=datetime.now(UTC) - timedelta(days=1, hours=2))


@pytest.fixture(scope="module")
def old(stage, tmp_path_factory):
    """A cache whose data are two days old."""
    home = tmp_path_factory.mktemp("old")
    with stage.relay() as relay:
        assert stage.scan(relay, home, "debian").code == 0
    stage.world.day = 1
    age(home / "cache", timedelta(days=2))
    return home / "cache"


def age(cache, by):
    path, then = database_path(cache), (datetime.now(UTC) - by).isoformat(timespec="milliseconds")
    dated(path, then, fetched=then, confirmed=then[:10], as_of=then[:10])
    write_checks(path, {})


@pytest.fixture
def cache(old, tmp_path):
    return shutil.copytree(old, tmp_path / "cache")


@pytest.fixture
def careen(stage, tmp_path, monkeypatch, capsys):
    """The command line in this process, with waits between tries left out."""
    monkeypatch.setattr("careen.net.backoff_s", lambda *_: 0.0)
    monkeypatch.setattr("careen.database.download.backoff_s", lambda *_: 0.0)
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(relay, cache, *arguments):
        monkeypatch.setenv("HTTPS_PROXY", relay.url)
        monkeypatch.setenv("CAREEN_CACHE_DIR", str(cache))
        code = main([*map(str, arguments), "--ca-file", str(stage.ca_file), "--timeout", "1"])
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err.splitlines())

    return run


@pytest.fixture
def gated(careen, stage):
    """A scan with a gate that fails by the earlier data."""

    def run(relay, cache):
        flags = ("--format", "json", "--refresh", "wait", "--fail-on", "critical")
        return careen(relay, cache, "scan", stage.image("debian"), *flags)

    return run


def at(source, fault):
    return lambda host, path: fault if f"{host}{path}".startswith(PLACES[source]) else None


@pytest.mark.parametrize(("source", "name"), CASES)
def test_the_data_of_before_are_used(stage, cache, gated, source, name):
    fault, reason = REFUSALS[name]
    with stage.relay(at(source, fault)) as relay:
        done = gated(relay, cache)
        assert relay.unknown == []
    assert done.code == 1
    assert [f"{source} could not be brought up to date" in line and bool(re.search(reason, line)) for line in done.lines] == [
        True
    ], done.lines
    assert (stage.world.news("debian") in done.stdout) == (source != "debian")
    assert (done.first["kev"], done.first["epss"]["score"]) == (True, 0.91)
    with stage.relay() as relay:
        recovered = gated(relay, cache)
    assert (recovered.code, recovered.lines) == (1, [])
    assert stage.world.news("debian") in recovered.stdout


@pytest.mark.parametrize("tags", TAGS)
def test_a_connection_that_breaks_once_at_any_tenth(stage, old, gated, tmp_path, tags):
    for tenth in range(1, 10, 1 if tags == "as they are" else 4):
        faults = [Fault("reset", share=tenth / 10, tags=TAGS[tags])]

        def fault(host, path, faults=faults):
            return None if f"{host}/" != TRACKER else faults.pop() if faults else Fault(tags=TAGS[tags])

        cache = shutil.copytree(old, tmp_path / str(tenth))
        with stage.relay(fault) as relay:
            done = gated(relay, cache)
        assert (done.code, done.lines) == (1, [])
        assert stage.world.news("debian") in done.stdout
        assert len([one for one in relay.seen if f"{one.host}/" == TRACKER]) == 2


def test_a_connection_that_always_breaks_at_the_same_place(stage, old, gated, tmp_path):
    for tenth in (0, 1, 9):
        cache = shutil.copytree(old, tmp_path / str(tenth))
        with stage.relay(at("debian", Fault("reset", share=tenth / 10))) as relay:
            done = gated(relay, cache)
        assert done.code == 1
        assert len(done.lines) == 1, done.lines
        assert "debian could not be brought up to date" in done.lines[0]


def test_data_that_are_too_old_for_a_gate(stage, cache, gated):
    age(cache, timedelta(days=20))
    with stage.relay(at("debian", REFUSALS["unavailable"][0])) as relay:
        assert gated(relay, cache).code == 3


@pytest.mark.parametrize("name", ["forbidden", "reset", "html"])
def test_a_first_run_without_the_feed_that_assesses_the_image(stage, tmp_path, gated, name):
    fault, reason = REFUSALS[name]
    with stage.relay(at("debian", fault)) as relay:
        done = gated(relay, tmp_path / "new")
    assert done.code == 3
    assert [line for line in done.lines if "debian could not be brought up to date" in line and re.search(reason, line)], (
        done.lines
    )
    with stage.relay() as relay:
        recovered = gated(relay, tmp_path / "new")
    assert (recovered.code, recovered.lines) == (1, [])


@pytest.mark.parametrize(("source", "code"), [("debian", 3), ("kev", 0), ("eol", 0)])
def test_an_update_fails_if_a_source_that_assesses_fails(stage, cache, careen, source, code):
    fault, reason = REFUSALS["unavailable"]
    with stage.relay(at(source, fault)) as relay:
        done = careen(relay, cache, "db", "update", "--feeds")
    assert done.code == code, done.lines
    assert [source in line and bool(re.search(reason, line)) for line in done.lines if "hint:" not in line] == [True], (
        done.lines
    )

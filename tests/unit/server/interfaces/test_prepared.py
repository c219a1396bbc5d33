"""Reports made beside the request: once, for all who wait, and again when something changed."""

import asyncio
import gzip
import threading
import time

import pytest
from msgspec.structs import replace
from tests.support.fake_fleet import make_fleet
from tests.support.fleet_units import database_with
from tests.support.matching import advisory, info
from tests.support.reports import DIGEST, usual

from careen.fleet.tables import decision, policy
from careen.server.interfaces.answers import Failure
from careen.server.interfaces.prepared import Prepared, revision


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = make_fleet(tmp_path, monkeypatch)
    found.report = usual()
    found.states[1, DIGEST] = 1.0
    return found


def state_of(fake):
    return fake.state_of(fake.fleet, 1, DIGEST)


def got(prepared, fake, make=lambda report: b"made", form="x", patience_s=30.0):
    return asyncio.run(prepared.get(1, state_of(fake), form, make, patience_s))


def test_a_report_is_kept_compressed(fake):
    for prepared in (Prepared(fake.fleet, "a"), Prepared(fake.fleet, "a")):  # the second after a restart
        assert gzip.decompress(got(prepared, fake)) == b"made"
    assert fake.made == 1
    assert gzip.decompress(got(Prepared(fake.fleet, "b"), fake, lambda report: b"other")) == b"other"


def test_another_version_of_careen_makes_the_report_again(fake, monkeypatch):
    assert gzip.decompress(got(Prepared(fake.fleet, "a"), fake)) == b"made"
    monkeypatch.setattr("careen.app.wiring.__version__", "other")
    assert gzip.decompress(got(Prepared(fake.fleet, "a"), fake, lambda report: b"other")) == b"other"


def test_who_waits_too_long_gets_nothing_and_the_next_one_all(fake):
    go, prepared = threading.Event(), Prepared(fake.fleet, "a")

    def slow(report):
        go.wait(30)
        return b"made"

    assert got(prepared, fake, slow, patience_s=0.01) is None
    assert got(prepared, fake, slow, patience_s=0.01) is None
    go.set()
    assert gzip.decompress(got(prepared, fake, slow)) == b"made"
    assert fake.made == 1


def test_a_failure_is_raised_and_not_kept(fake):
    prepared = Prepared(fake.fleet, "a")

    def broken(report):
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        got(prepared, fake, broken)
    assert got(prepared, fake)


def test_an_image_that_is_gone_has_no_report(fake):
    state = state_of(fake)
    fake.states.clear()
    assert asyncio.run(Prepared(fake.fleet, "a").get(1, state, "x", lambda report: b"made", 30.0)) is None


def test_what_waits_is_bounded(fake, monkeypatch):
    monkeypatch.setattr("careen.server.interfaces.prepared.MAX_PENDING", 1)
    go, prepared = threading.Event(), Prepared(fake.fleet, "a")
    assert got(prepared, fake, lambda report: go.wait(30) and b"", "x", 0.01) is None
    with pytest.raises(Failure) as raised:
        got(prepared, fake, form="y")
    go.set()
    assert raised.value.status == 503


def test_what_makes_a_new_report(fake):
    state = state_of(fake)
    seen = {revision(fake.fleet, 1, state)}

    def is_new() -> bool:
        before = len(seen)
        seen.add(revision(fake.fleet, 1, state))
        return len(seen) > before

    assert not is_new()
    stated = {"vulnerability": "CVE-1", "status": "not_affected", "decided_by": "x", "decided_at": 1.0}
    fake.put(decision, project_id=2, **stated)
    assert not is_new()
    fake.put(decision, project_id=1, **stated)
    assert is_new()
    fake.put(decision, project_id=1, expires_at=time.time() - 1, **stated)
    assert is_new()
    fake.put(policy, project_id=1, name="x", rules=b"", changed_at=5.0)
    assert is_new()
    for built in ("2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00"):
        database_with(fake.fleet, [info(), advisory()], built)
        assert is_new(), "advisories that change no count change what a report says about them"
    assert revision(fake.fleet, 1, replace(state, assessed_at=2.0)) not in seen

"""Which scores are asked for first, and the warnings of a failed refresh."""

import threading

import pytest

from careen.app.advisory_refresh import AdvisoryRefresh, RefreshState, _by_importance, _warnings
from careen.config import Settings
from careen.database.memory import MemoryDatabase
from careen.database.results import FeedResult, UpdateResult
from careen.model.advisory import Exploited, VulnerabilityRecord
from careen.model.delta import Delta, FileTable
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Package
from careen.plugins import Ecosystem, silent

ECOSYSTEMS = {
    one.purl_type: one
    for one in (
        Ecosystem("deb", "deb", distribution=True), Ecosystem("npm", "semver", "npm"), Ecosystem("pypi", "pep440", "PyPI"),
    )
}  # fmt: skip
DEBIAN = Distribution("debian", "12", "bookworm")


def delta(**facts):
    found = {name: tuple((f"{name}/{n}", value) for n, value in enumerate(values)) for name, values in facts.items()}
    return Delta("sha256:x", None, FileTable(), found)


@pytest.fixture
def refresh(tmp_path, monkeypatch):
    """``asked``: what feeds were asked for, each time in a thread of its own."""
    asked, lock = [], threading.Lock()

    def ask(self, need, sources):
        with lock:
            asked.append(need.namespaces)
        return True

    monkeypatch.setattr(AdvisoryRefresh, "_ask_feeds", ask)
    made = AdvisoryRefresh(Settings(cache_dir=tmp_path, trust_cache=True), ECOSYSTEMS, silent, RefreshState())
    made.asked = asked
    return made


def ended(refresh):
    for thread in refresh._threads:
        thread.join(30)
    return refresh.asked


def test_what_layers_show_is_asked_for_while_others_are_read(refresh):
    refresh.start_for_layer(delta(npm=[Package("npm", None, "left", "1.0")]))
    assert not refresh._threads  # whose image it is, is not known yet
    refresh.start_for_layer(delta(distribution=[DEBIAN]))
    first = ended(refresh).copy()
    assert len(first) == 1
    assert {"debian:12", "npm"} <= first[0]
    refresh.start_for_layer(delta(npm=[Package("npm", None, "right", "1.0")]))
    refresh.start_for_layer(delta(python=[Package("pypi", None, "up", "1.0")]))
    assert ended(refresh)[1:] == [frozenset({"PyPI"})]


def test_what_was_begun_is_not_asked_for_again(refresh):
    from contextlib import ExitStack

    refresh.start_for_layer(delta(distribution=[DEBIAN]))
    inventory = Inventory(distribution=DEBIAN, packages=(Package("npm", None, "left", "1.0"),))
    with ExitStack() as opened:
        refresh.knowledge_for(inventory, opened)
    assert sorted(len(one & {"debian:12", "npm"}) for one in refresh.asked) == [1, 1]
    assert {"debian:12", "npm"} <= refresh._state.namespaces


def test_a_failed_refresh_is_tried_again_when_the_inventory_is_known(refresh, monkeypatch):
    from contextlib import ExitStack

    def fail(self, need, sources):
        refresh.asked.append(need.namespaces)
        return False

    with monkeypatch.context() as patched:
        patched.setattr(AdvisoryRefresh, "_ask_feeds", fail)
        refresh.start_for_layer(delta(distribution=[DEBIAN]))
        ended(refresh)
    with ExitStack() as opened:
        refresh.knowledge_for(Inventory(distribution=DEBIAN, packages=(Package("deb", "debian", "left", "1.0"),)), opened)
    assert ["debian:12" in namespaces for namespaces in refresh.asked] == [True, True]
    assert "debian:12" in refresh._state.namespaces


def test_whoever_looks_for_no_vulnerabilities_asks_for_nothing(refresh, tmp_path):
    settings = Settings(cache_dir=tmp_path, trust_cache=True, scanners=("secret",))
    other = AdvisoryRefresh(settings, ECOSYSTEMS, silent, RefreshState())
    other.start_for_layer(delta(distribution=[DEBIAN]))
    assert not other._threads


def test_exploited_first_then_the_unknown_then_the_newest():
    known = MemoryDatabase(
        [
            Exploited("CVE-2012-7", "2020-01-01"),
            VulnerabilityRecord("CVE-2026-1", "ubuntu"),
        ]
    )
    ids = ["CVE-2026-1", "CVE-2025-99", "CVE-2025-1000", "CVE-2012-7", "CVE-2024-30000"]
    assert _by_importance(known, ids) == ["CVE-2012-7", "CVE-2025-1000", "CVE-2025-99", "CVE-2024-30000", "CVE-2026-1"]


def test_one_line_a_source(tmp_path):
    feeds = (
        FeedResult("alpine", "a", "failed", "the server answered 403", trouble="unreachable"),
        FeedResult("alpine", "b", "failed", "the server answered 403", trouble="unreachable"),
        FeedResult("osv", "c", "failed", "no answer in time", trouble="late"),
        FeedResult("osv", "d", "updated", "there was only time for the older changes", trouble="late"),
        FeedResult("kev", "e", "updated"),
        FeedResult("epss", "f", "failed", "fetched, but not read yet", trouble="late"),
    )
    result = UpdateResult(tmp_path, True, feeds)
    assert list(_warnings(result, is_finished_later=False)) == [
        "alpine could not be brought up to date: the server answered 403",
        "osv could not be brought up to date: no answer in time; there was only time for the older changes",
        "epss could not be brought up to date: fetched, but not read yet",
    ]
    assert list(_warnings(result, is_finished_later=True)) == [
        "alpine could not be brought up to date: the server answered 403",
        "osv is not up to date yet (no answer in time; there was only time for the older changes): it is finished in the "
        "background, and the present data are used",
    ]


def test_records_that_were_passed_over_are_reported(tmp_path):
    result = UpdateResult(tmp_path, True, (FeedResult("debian", "x", "updated", "1 record was skipped (?)", 7),))
    assert list(_warnings(result, is_finished_later=True)) == ["debian: 1 record was skipped (?)"]

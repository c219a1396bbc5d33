"""The search page: results of each kind, completion, wrong queries."""

import pytest

from careen.errors import UsageError
from careen.server.pages.search import _whole
from careen.server.parts import Found

from .conftest import NEW

IMAGE = {"identity": NEW, "reference": "team/<b>", "state": "ready", "reason": "", "coverage": "not_assessed", "risk": 1000}
IMAGE |= {"packages": 1, "runs_at": None, "critical": 1, "high": 0, "medium": 0, "low": 0, "unrated": 0}
FINDING = {"vulnerability": "CVE-2026-1", "package": "pkg:deb/debian/x@1", "severity": "high", "risk": 5000, "exploited": True}
FINDING |= {"fix_state": "wont_fix", "fixed_version": "", "identity": NEW, "reference": "team/<b>"}
PACKAGE = {"name": "x<b>", "type": "deb", "version": "1", "images": 1000, "images_exact": False}


@pytest.mark.parametrize(
    ("kind", "item", "text"),
    [("images", IMAGE, "not assessed"), ("findings", FINDING, "wont fix"), ("packages", PACKAGE, "more than 1,000")],
)
def test_each_kind_of_result(world, browser, monkeypatch, kind, item, text):
    monkeypatch.setattr(world.parts.search, "search", lambda *_: Found(kind, (item,), None), raising=False)
    world.app.state.parts = world.parts
    found = browser.get(f"{world.pages}/search?q=anything")
    assert found.status_code == 200
    assert text in found.text
    assert "<b>" not in found.text.partition("<main")[2].partition("</table>")[0]
    assert "careen query anything" in found.text
    rows = browser.get(f"{world.pages}/search?q=anything&export=json").json()["items"]
    assert len(rows) == 1


def test_a_wrong_query_says_what_fits(world, browser, monkeypatch):
    def search(*_):
        raise UsageError("'<b>' is not a field of a query", "fields: package")

    monkeypatch.setattr(world.parts.search, "search", search, raising=False)
    found = browser.get(f"{world.pages}/search?q=pack")
    assert found.status_code == 422
    assert "is not a field of a query" in found.text
    assert "What fits: fields: package" in found.text
    assert "<b>" not in found.text.partition("<main")[2]


def test_a_cve_leads_to_who_has_it(world, browser):
    found = browser.get(f"{world.pages}/search?q=CVE-2021-44228")
    assert found.headers["location"] == f"{world.pages}/vulnerabilities/CVE-2021-44228"
    assert browser.get(f"{world.pages}/search?q=cve-2021-44228").headers["location"] == found.headers["location"]
    assert "No image that you see is known to have it" in browser.get(found.headers["location"]).text


def test_completions_are_whole_queries(world, browser):
    assert browser.get(f"{world.pages}/search/completions?q=runs:true+p").json() == ["runs:true package:", "runs:true runs:"]
    assert _whole("a -coverage:as", ["assessed"]) == ["a -coverage:assessed"]

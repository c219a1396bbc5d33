"""The search page: results of each kind, completion, wrong queries."""

import re

import pytest
from msgspec.structs import replace
from tests.support.filled_service import with_findings

from careen.errors import UsageError
from careen.fleet.connection import writing
from careen.fleet.tables import unit_finding
from careen.server.assembled import _Search
from careen.server.pages import listing
from careen.server.pages.search import _whole, record_of
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
    monkeypatch.setattr(world.parts.search, "search", lambda *_, **__: Found(kind, (item,), None), raising=False)
    world.app.state.parts = world.parts
    found = browser.get(f"{world.pages}/search?q=package:anything")
    assert found.status_code == 200
    assert text in found.text
    assert "<b>" not in found.text.partition("<main")[2].partition("</table>")[0]
    assert "careen query package:anything" in found.text
    rows = browser.get(f"{world.pages}/search?q=package:anything&export=json").json()["items"]
    assert len(rows) == 1


def test_a_wrong_query_says_what_fits(world, browser, monkeypatch):
    def search(*_, **__):
        raise UsageError("'<b>' is not a field of a query", "fields: package")

    monkeypatch.setattr(world.parts.search, "search", search, raising=False)
    found = browser.get(f"{world.pages}/search?q=pack:x")
    assert found.status_code == 422
    assert "is not a field of a query" in found.text
    assert "What fits: fields: package" in found.text
    assert "<b>" not in found.text.partition("<main")[2]


def test_a_cve_leads_to_who_has_it(world, browser):
    found = browser.get(f"{world.pages}/search?q=CVE-2021-44228")
    assert found.headers["location"] == f"{world.pages}/vulnerabilities/CVE-2021-44228"
    assert browser.get(f"{world.pages}/search?q=cve-2021-44228").headers["location"] == found.headers["location"]
    assert "No image that you may see is known to have this" in browser.get(found.headers["location"]).text


def test_completions_are_whole_queries(world, browser):
    assert browser.get(f"{world.pages}/search/completions?q=runs:true+p").json() == ["runs:true package:", "runs:true runs:"]
    assert _whole("a -coverage:as", ["assessed"]) == ["a -coverage:assessed"]


def test_a_word_finds_what_is_named_so(world, browser):
    found = browser.get(f"{world.pages}/search?q=app")
    assert found.status_code == 200
    main = found.text.partition("<main")[2]
    assert [title for title in ("Images", "Repositories", "Tags", "Packages") if f"<h2>{title}</h2>" in main] == [
        "Images",
        "Repositories",
    ]
    assert f'<a href="{world.pages}/repositories/{world.repository}">team/app</a>' in main
    tags = browser.get(f"{world.pages}/search?q=app:lat").text
    assert f'href="{world.pages}/repositories/{world.repository}/tags/latest">team/app:latest</a>' in tags


@pytest.mark.parametrize("word", ["<b>x</b>", "wo?rd", "%"])
def test_a_word_that_names_nothing(world, browser, word):
    found = browser.get(f"{world.pages}/search", params={"q": word})
    assert "Nothing that you may see has this name" in found.text and "<b>x" not in found.text


@pytest.mark.parametrize("text", ["CVE-21-44228", "cve-2021-4422B", "GHSA-jfh8"])
def test_what_is_no_id_says_how_ids_are_written(world, browser, text):
    assert "This is not the id of a vulnerability" in browser.get(f"{world.pages}/search", params={"q": text}).text


def test_other_separators_lead_to_the_same_id(world, browser):
    for text in ("cve_2021_44228", "CVE 2021 44228"):
        found = browser.get(f"{world.pages}/search", params={"q": text})
        assert found.headers["location"] == f"{world.pages}/vulnerabilities/CVE-2021-44228"


def test_an_id_that_nobody_has_offers_those_that_differ_little(service):
    from tests.support.filled_service import with_findings

    with_findings(service)
    page = service.browser(service.admin).get(f"/projects/{service.id}/vulnerabilities/CVE-2026-0010").text
    assert "Did you mean" in page and "CVE-2026-0001" in page


def test_the_page_of_a_vulnerability_begins_with_what_is_known_about_it(service):
    with_findings(service)
    with writing(service.fleet.engine) as connection:
        values = {"severity": "critical", "exploited": True, "epss": 943_600, "disclosed": "2026-01-02"}
        connection.execute(unit_finding.update().where(unit_finding.c.vulnerability == "CVE-2026-0001").values(**values))
    browser, start = service.browser(service.admin), f"/projects/{service.id}/vulnerabilities"
    page = browser.get(f"{start}/CVE-2026-0001").text
    about = page.partition("<main")[2].partition("Affected images")[0]
    assert [word for word in ("critical", "listed by CISA", "94.4 %", "2026-01-02") if word not in about] == []
    assert 'href="https://www.cve.org/CVERecord?id=CVE-2026-0001"' in about
    assert "About it" not in browser.get(f"{start}/CVE-2026-9999").text


@pytest.mark.parametrize(
    ("id", "record"),
    [
        ("GHSA-36p3-wjmg-h94x", "https://osv.dev/vulnerability/GHSA-36p3-wjmg-h94x"),
        ("RHSA-2023:1234", "https://osv.dev/vulnerability/RHSA-2023:1234"),
        ("CVE-2026-1?x=/../", ""),
        ("javascript:alert(1)", ""),
        ("own", ""),
    ],
)
def test_only_the_name_of_a_record_leads_to_it(id, record):
    assert record_of(id) == record


def test_a_package_leads_to_the_images_that_have_it(searchable):
    browser, start = searchable
    page = browser.get(f"{start}/search", params={"q": "package:django<5"}).text
    link = re.search(r'href="([^"]*list=images[^"]*)">1<', page)[1].replace("&amp;", "&")
    images = browser.get(link).text
    assert f"{start}/images/sha256:2" in images and f"{start}/images/sha256:1" not in images
    whole = browser.get(f"{start}/search", params={"q": "package:django<5", "list": "images"}).text
    assert f"{start}/images/sha256:2" in whole and "What they have" in whole
    rows = browser.get(f"{start}/search", params={"q": "package:django<5", "list": "images", "export": "json"}).json()["items"]
    assert [row["identity"] for row in rows] == ["sha256:2"]


def test_a_part_of_a_name_offers_the_names_that_have_it(searchable):
    browser, start = searchable
    page = browser.get(f"{start}/search", params={"q": "package:jang<5 type:pypi"}).text
    assert "Packages with a name like it" in page and "package:&#34;django&lt;5&#34; type:&#34;pypi&#34;" in page
    assert "with a name like it" not in browser.get(f"{start}/search", params={"q": "package:nothing"}).text


@pytest.fixture
def searchable(service):
    with_findings(service)
    service.app.state.parts = replace(service.parts, search=_Search())
    return service.browser(service.admin), f"/projects/{service.id}"


def test_the_page_of_a_vulnerability_marks_what_is_decided(service):
    with_findings(service)
    reason = "our build leaves <b>it</b> out"
    decided = {"vulnerability": "CVE-2026-0001", "status": "not_affected", "identity": "sha256:2", "reason": reason}
    assert service.client(service.key).post(f"{service.path}/decisions", json=decided).status_code == 201
    browser, address = service.browser(service.admin), f"/projects/{service.id}/vulnerabilities/CVE-2026-0001"
    rows = browser.get(address).text.partition("<tbody>")[2].split("<tr data-row>")[1:]
    marked = {("app:2" in row): ("not affected" in row and "our build leaves &lt;b&gt;it" in row) for row in rows}
    assert marked == {True: True, False: False}
    found = {row["reference"]: row["decision"] for row in browser.get(f"{address}?export=json").json()["items"]}
    assert found == {"app:1": "", "app:2": "not_affected"}


@pytest.mark.parametrize(
    ("kind", "items", "text"),
    [("images", (IMAGE,), "The search for this page took long and ended early"), ("images", (), "Nothing was found so far")],
)
def test_a_page_that_ended_early_says_that_there_may_be_more(world, browser, monkeypatch, kind, items, text):
    monkeypatch.setattr(world.parts.search, "search", lambda *_, **__: Found(kind, items, ["next"]), raising=False)
    world.app.state.parts = world.parts
    found = browser.get(f"{world.pages}/search?q=package:anything").text
    assert text in found and "There may be more" in found.replace("there", "There")
    assert 'rel="next" href="' in found and "Nothing that you see fits" not in found


def test_an_export_that_takes_too_long_is_refused(world, browser, monkeypatch):
    monkeypatch.setattr(listing, "MAX_EXPORT_S", 0.0)
    monkeypatch.setattr(world.parts.search, "search", lambda *_, **__: Found("images", (), ["next"]), raising=False)
    world.app.state.parts = world.parts
    found = browser.get(f"{world.pages}/search?q=package:anything&export=csv")
    assert found.status_code == 422 and "takes too long to find all rows" in found.text

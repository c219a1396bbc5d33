"""Two images side by side."""

from msgspec.structs import replace
from tests.support.reports import usual

from careen.fleet import reports

from .conftest import NEW, OLD


def test_what_is_new_and_what_is_gone(world, browser, monkeypatch):
    whole = usual()
    fewer = replace(whole, findings=whole.findings[1:])
    monkeypatch.setattr(reports, "report_of", lambda fleet, project_id, identity: whole if identity == NEW else fewer)
    page = browser.get(f"{world.pages}/compare?from={OLD}&to={NEW}").text
    assert "<b>1</b> new" in page
    assert "<b>0</b> gone" in page
    assert "<b>8</b> unchanged" in page
    assert "CVE-2023-5678" in page
    back = browser.get(f"{world.pages}/compare?from={NEW}&to={OLD}&export=json").json()["items"]
    assert [(row["change"], row["id"]) for row in back] == [("gone", "CVE-2023-5678")]


def test_a_choice_is_asked_for(world, browser):
    page = browser.get(f"{world.pages}/compare?to={NEW}").text
    assert "Choose two images" in page
    assert browser.get(f"{world.pages}/compare?from=sha256:unknown&to={NEW}").status_code == 404

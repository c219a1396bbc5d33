"""What lists of findings state if nothing, or not all, is known."""

import pytest
from tests.support.filled_service import with_findings

from careen.fleet.advisory_age import AdvisoryAge
from careen.server.pages.unknown import Unknown

PLACES = ["/vulnerabilities/CVE-1900-1", "/triage"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("age", "text", "other"),
    [
        (AdvisoryAge(), "There are no advisories yet", "not assessed</a>."),
        (AdvisoryAge(1.0, False), "not assessed</a>.", "There are no advisories yet"),
    ],
)
def test_an_empty_list_states_what_is_not_known(world, browser, monkeypatch, place, age, text, other):
    monkeypatch.setattr("careen.server.pages.unknown.advisory_age", lambda fleet, now: age)
    shown = browser.get(f"{world.pages}{place}").text
    assert text in shown
    assert other not in shown


def test_a_list_of_affected_images_states_that_others_may_be_affected(service, monkeypatch):
    with_findings(service)
    monkeypatch.setattr("careen.server.pages.search.unknown_of", lambda visit: Unknown(False, "partially_assessed"))
    shown = service.browser(service.admin).get(f"/projects/{service.id}/vulnerabilities/CVE-2026-0001").text
    assert shown.count("<tr data-row>") == 2
    assert "Other images may be affected" in shown

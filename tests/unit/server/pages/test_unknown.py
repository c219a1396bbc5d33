"""What empty lists of findings say where nothing, or not all, is known."""

import pytest

from careen.fleet.advisory_age import AdvisoryAge

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

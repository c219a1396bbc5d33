from tests.support.large_report import large_report
from tests.support.reports import usual

from careen.reports.html import details
from careen.reports.html.details import details_of


def test_findings_share_their_values():
    made = details_of(large_report(200), None)
    assert len(made["details"]) == 200
    assert len(made["values"]) < sum(len(places) - 1 for places in made["details"])
    assert all("severity" not in names for names in made["names"])


def test_findings_beyond_the_bound_have_none(monkeypatch):
    monkeypatch.setattr(details, "MAX_BYTES", 500)
    made = details_of(usual(), None)
    assert made["details"][0] and not made["details"][-1]
    assert len(made["details"]) == 9


def test_those_of_the_listed_severities():
    assert len(details_of(usual(), frozenset(("critical",)))["details"]) == 1

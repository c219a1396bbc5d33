"""Scores that are fetched for unrated vulnerabilities."""

from msgspec.structs import replace
from tests.support.matching import advisory, deb, info, knowledge, pypi, run

from careen.matching.rated import rated
from careen.model.advisory import VulnerabilityRecord

MATCHED = run([deb()], [advisory("CVE-1"), advisory("CVE-2", severity="high"), info()])
RATED = replace(MATCHED, findings=())
EMPTY = knowledge()
RECORD = VulnerabilityRecord("CVE-1", "nvd", severity="high")


def rate(matched=MATCHED, known=EMPTY, fetched=None):
    """The matches, the ids without a record, and the ids that were asked for."""
    asked = []

    def scores(ids):
        asked.extend(ids)
        return fetched

    found, missing = rated(matched, known, scores if fetched is not None else None, lambda known: RATED)
    return found, missing, asked


def test_scores_are_asked_for_unrated_vulnerabilities_only():
    found, missing, asked = rate(fetched=knowledge(RECORD))
    assert (found, missing, asked) == (RATED, (), ["CVE-1"])


def test_nothing_is_matched_again_if_nothing_was_fetched():
    found, missing, _ = rate(fetched=knowledge())
    assert (found, missing) == (MATCHED, ("CVE-1",))
    found, missing, _ = rate(known=knowledge(RECORD), fetched=knowledge(RECORD))
    assert (found, missing) == (MATCHED, ())


def test_without_a_way_to_fetch_scores():
    assert rate() == (MATCHED, ("CVE-1",), [])


def test_records_of_others_are_not_the_cves_own():
    other = replace(RECORD, source="osv")
    assert rate(known=knowledge(other))[1] == ("CVE-1",)


def test_other_ids_than_cves_have_no_record_to_fetch():
    matched = run([pypi()], [advisory("GHSA-1", "9", "PyPI", "django"), info("PyPI", "osv")])
    assert [finding.severity for finding in matched.findings] == ["unknown"]
    assert rate(matched)[1] == ()


def test_rated_findings_ask_for_nothing():
    assert rate(RATED, fetched=knowledge()) == (RATED, (), [])

from datetime import date

from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, advisory, deb, info, knowledge

from careen.model.advisory import VulnerabilityRecord
from careen.model.inventory import Inventory
from careen.pipeline.assessment import Assessment, Matcher
from careen.policy.policy import Policy

TODAY = date(2026, 6, 1)
INVENTORY = Inventory(DEBIAN, (deb(),))
RECORDS = (advisory("CVE-1"), info(unfixed=True))


def matched(scores=None, **policy):
    matcher = Matcher(knowledge(*RECORDS), SCHEMES, ECOSYSTEMS, fetch_scores=scores)
    return matcher.matched(INVENTORY, Policy(**policy), TODAY)


def test_matches_and_what_is_left_unrated():
    found, unfetched = matched()
    assert ([finding.severity for finding in found.findings], unfetched) == (["unknown"], ("CVE-1",))


def test_fetched_scores_rate_the_findings():
    record = VulnerabilityRecord("CVE-1", "nvd", severity="high")
    found, unfetched = matched(lambda ids: knowledge(*RECORDS, record))
    assert ([finding.severity for finding in found.findings], unfetched) == (["high"], ())


def test_the_source_of_severities_is_the_policys():
    records = (
        *RECORDS,
        VulnerabilityRecord("CVE-1", "nvd", severity="high"),
        VulnerabilityRecord("CVE-1", "ghsa", severity="low"),
    )
    matcher = Matcher(knowledge(*records), SCHEMES, ECOSYSTEMS)
    found = [
        matcher.matched(INVENTORY, Policy(severity_from=(source,)), TODAY)[0].findings[0].severity for source in ("nvd", "ghsa")
    ]
    assert found == ["high", "low"]


def test_whether_vulnerabilities_are_asked_for():
    assert Assessment().vulnerabilities
    assert not Assessment(scanners=frozenset(("secret",))).vulnerabilities

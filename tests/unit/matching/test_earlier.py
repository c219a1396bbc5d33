"""A match that reuses the results of earlier ones has the findings of one that does not."""

from hypothesis import given
from hypothesis import strategies as st
from tests.support.generated import examples
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, info, knowledge, pypi

from careen.database.knowledge import CATALOGUE
from careen.matching.earlier import Earlier
from careen.matching.match import match
from careen.model.advisory import Cvss, Epss, Exploited, Range, VulnerabilityRecord
from careen.model.inventory import Inventory
from careen.model.package import Source

KNOWN = knowledge(
    info(),
    info("PyPI", "osv"),
    advisory("CVE-1", "3.0.5-1", severity="low"),
    advisory("CVE-1", "3.0.9-1", source="other", aliases=("GHSA-1",)),
    advisory("CVE-2", None, ranges=(Range("3.0.1-1", "3.0.3-1"), Range("3.0.6-1", "3.0.8-1"))),
    advisory("DSA-1", "3.0.8-1", aliases=("CVE-3", "CVE-4")),
    advisory("CVE-4", None, package="zlib"),
    advisory("GHSA-1", "4.2.3", "PyPI", "django", aliases=("CVE-1",)),
    advisory("PYSEC-1", None, "PyPI", "django", aliases=("GHSA-2",), versions=("4.2.2", "4.2.4"), ranges=()),
    VulnerabilityRecord("CVE-1", "nvd", summary="of  two\nlines", cvss=(Cvss("nvd", "3.1", "x", 9.8),), cwes=("CWE-79",)),
    VulnerabilityRecord("GHSA-2", "ghsa", aliases=("CVE-5",), published="2026-01-02", severity="high"),
    VulnerabilityRecord("CWE-79", "cwe", summary="Cross-site scripting"),
    Epss("CVE-4", 0.5, 0.9),
    Exploited("CVE-3", "2026-01-01", ransomware=True),
    sources=("debian", "osv", CATALOGUE),
)
VERSIONS = st.integers(0, 9)
PACKAGES = st.one_of(
    VERSIONS.map(lambda number: deb("libssl3", f"3.0.{number}-1", Source("openssl", f"3.0.{number}-1"))),
    VERSIONS.map(lambda number: deb("zlib1g", f"1.0.{number}-1", Source("zlib", f"1.0.{number}-1"))),
    VERSIONS.map(lambda number: pypi(version=f"4.2.{number}")),
)


def matched(packages, earlier=None):
    return match(Inventory(DEBIAN, tuple(packages)), KNOWN, SCHEMES, ECOSYSTEMS, TODAY, earlier=earlier)


@examples(60)
@given(st.lists(st.lists(PACKAGES, max_size=3, unique=True), max_size=8))
def test_matches_do_not_depend_on_earlier_ones(inventories):
    earlier = Earlier(SCHEMES)
    for packages in inventories:
        assert matched(packages, earlier) == matched(packages)


def test_versions_of_a_package_share_what_is_known_of_its_vulnerabilities():
    earlier = Earlier(SCHEMES)
    first = matched([deb("libssl3", "3.0.1-1", Source("openssl", "3.0.1-1"))], earlier)
    known, size = dict(earlier.facts), earlier.size
    second = matched([deb("libssl3", "3.0.2-1", Source("openssl", "3.0.2-1"))], earlier)
    assert (
        {found.id for found in first.findings}
        == {found.id for found in second.findings}
        == {"CVE-1", "CVE-2", "CVE-3", "CVE-4"}
    )
    assert earlier.facts == known and earlier.size == size + 1  # the sort key of the second version

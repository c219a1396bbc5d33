from msgspec.structs import replace
from tests.support.matching import (
    DEBIAN,
    ECOSYSTEMS,
    SCHEMES,
    TODAY,
    advisory,
    deb,
    info,
    knowledge,
    pypi,
    release_key,
)

from careen.matching.assess import assess, contradictions, matches_of, system_of, with_paid_support
from careen.matching.keys import Key
from careen.matching.match import match
from careen.matching.subject import Subject
from careen.model.advisory import Range, VulnerabilityRecord
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package
from careen.plugins import VersionScheme

STDLIB = Package("golang", None, "stdlib", "1.20", evidence=(Evidence("usr/bin/tool", 0),))
WINDOWS = advisory("GO-2026-1", "1.21", "Go", "stdlib", aliases=("CVE-2026-0001",), systems=("windows",))


def ids(package, *records):
    matched = match(Inventory(DEBIAN, (package,)), knowledge(info("Go", "osv/Go"), *records), SCHEMES, ECOSYSTEMS, TODAY)
    return [found.id for found in matched.findings]


def test_a_vulnerability_of_another_system_is_not_found():
    assert ids(STDLIB, WINDOWS) == []
    program = replace(STDLIB, evidence=(Evidence("app/tool.exe", 0),))
    assert ids(program, WINDOWS) == ["CVE-2026-0001"]


def test_it_rules_out_the_vulnerability_for_other_sources_too():
    other = advisory("GHSA-1", "1.21", "Go", "stdlib", aliases=("CVE-2026-0001",), source="ghsa")
    assert ids(STDLIB, WINDOWS, other) == []
    assert ids(STDLIB, replace(WINDOWS, ranges=(Range("1.30", "1.31"),)), other) == ["CVE-2026-0001"]


def test_the_same_record_may_be_about_this_system_too():
    assert ids(STDLIB, WINDOWS, replace(WINDOWS, systems=())) == ["CVE-2026-0001"]


def test_systems_by_the_names_of_files():
    names = {"x.exe": "windows", "lib/X.DLL": "windows", "lib.dylib": "darwin", "usr/bin/x": "linux"}
    for path, expected in names.items():
        assert system_of(replace(STDLIB, evidence=(Evidence(path, 0),))) == expected
    assert system_of(replace(STDLIB, evidence=())) == "linux"


# --- the rules, one by one -------------------------------------------------------------------------------------------

KEY = Key(VersionScheme("deb", release_key))
OPENSSL = Subject(deb(), "debian:12", "openssl", "3.0.11-1", "deb", "Debian 12", distribution=True)
DJANGO = Subject(pypi(), "PyPI", "django", "4.2.1", "pep440", "PyPI", distribution=False)
CVE = "CVE-2026-0001"


def assessed(subject, *advisories, settled=(), records=None):
    matches = matches_of(subject, advisories, KEY)
    found = assess(subject, matches, records or {}, frozenset(settled))
    return {one.vulnerability.id: one.confidence for one in found}


def language(id, fixed, source="osv", **fields):
    return advisory(id, fixed, "PyPI", "django", source=source, **fields)


def test_an_advisory_that_affects_the_version_counts():
    matches = matches_of(OPENSSL, [advisory(), advisory("CVE-2", "3.0.10-1")], KEY)
    assert [match.advisory.id for match in matches.affecting] == [CVE]
    assert len(matches.considered) == 2
    assert assessed(OPENSSL, advisory(), advisory("CVE-2", "3.0.10-1")) == {CVE: "confirmed"}


def test_not_affected_rules_the_vulnerability_out():
    excluded = advisory(fixed=None, status="not_affected")
    assert matches_of(OPENSSL, [excluded], KEY).not_affected == {CVE}
    assert assessed(OPENSSL, advisory(), excluded) == {}
    assert assessed(OPENSSL, advisory(), advisory(fixed=None, status="undetermined")) == {CVE: "confirmed"}


def test_a_distributions_own_feed_takes_precedence_over_copies():
    copy, own = advisory(source="osv"), advisory(fixed="3.0.11-1")
    contradicted, fixed = contradictions(OPENSSL, matches_of(OPENSSL, [copy, own], KEY), {CVE})
    assert contradicted == fixed == {CVE}
    assert contradictions(OPENSSL, matches_of(OPENSSL, [copy, own], KEY), {"CVE-2026-9999"}) == (frozenset(), frozenset())
    assert assessed(OPENSSL, copy, own) == {}
    assert assessed(OPENSSL, copy) == {CVE: "confirmed"}


def test_an_installed_fix_takes_precedence_over_an_advisory_without_one():
    open, fixed = advisory(fixed=None, status="open"), advisory(fixed="3.0.11-1", source="osv")
    assert assessed(OPENSSL, open) == {CVE: "confirmed"}
    assert assessed(OPENSSL, open, fixed) == {}


def test_a_languages_own_database_only_lowers_the_confidence():
    own = language("PYSEC-1", "4.2.1", aliases=(CVE,))
    assert assessed(DJANGO, language("GHSA-1", "4.2.3", aliases=(CVE,)), own) == {CVE: "possible"}
    assert assessed(DJANGO, language("GHSA-1", "4.2.3", aliases=(CVE,))) == {CVE: "confirmed"}


def test_an_aggregator_counts_only_if_no_other_source_names_the_vulnerability():
    republished = language(CVE, "4.2.3", "gitlab")
    assert assessed(DJANGO, republished) == {CVE: "confirmed"}
    assert assessed(DJANGO, republished, language(CVE, "4.2.1")) == {}
    elsewhere = {CVE: (VulnerabilityRecord("GHSA-1", "ghsa", (CVE,)),)}
    assert assessed(DJANGO, republished, records=elsewhere)[CVE] == "possible"


def test_settled_vulnerabilities_are_left_out():
    assert assessed(OPENSSL, advisory(), advisory("CVE-2"), settled={CVE}) == {"CVE-2": "confirmed"}


def test_the_subject_limits_the_confidence():
    assert assessed(replace(OPENSSL, confidence="likely"), advisory()) == {CVE: "likely"}
    stand_in = replace(OPENSSL, namespace="kali", stand_in="debian:12")
    assert assessed(stand_in, advisory()) == {CVE: "likely"}


def test_paid_support_names_its_fix_and_settles_what_it_fixed():
    free, paid = advisory(fixed=None, status="open"), advisory(fixed="3.0.13-1", namespace="ubuntu-pro:12")
    matches, fixed = with_paid_support(OPENSSL, [free], [paid], KEY)
    assert matches.paid_fixes == {CVE: "3.0.13-1"}
    assert fixed == frozenset()
    later = replace(OPENSSL, version="3.0.13-1", continued=True)
    assert with_paid_support(later, [free], [paid], KEY)[1] == {CVE}

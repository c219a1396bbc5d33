from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, advisory, info, knowledge, pypi, run
from tests.support.reports import clean

from careen.matching.explain import explain
from careen.model.advisory import Range, VulnerabilityRecord
from careen.model.inventory import Inventory

GITLAB = {"namespace": "PyPI", "package": "django", "source": "gitlab", "id": "GLAD-CVE-2026-1", "aliases": ("CVE-2026-1",)}
PYSEC = {"namespace": "PyPI", "package": "django", "source": "pypa", "id": "PYSEC-2026-1", "aliases": ("CVE-2026-1",)}
KNOWN = (info("PyPI", "osv"), info("PyPI", "gitlab", partial=True))


def findings(*records):
    return run([pypi(version="4.2.1")], [*KNOWN, *records]).findings


def test_an_aggregator_counts_if_no_other_source_names_the_vulnerability():
    (found,) = findings(advisory(**GITLAB, fixed="4.3"))
    assert (found.id, found.confidence, found.fix.versions) == ("CVE-2026-1", "confirmed", ("4.3",))
    assert found.aliases == ("GLAD-CVE-2026-1",)


def test_another_source_takes_precedence_even_if_it_does_not_affect_the_version():
    assert findings(advisory(**GITLAB, fixed="4.3"), advisory(**PYSEC, fixed="4.2.1")) == ()


def test_one_vulnerability_is_one_finding_with_the_fix_of_the_publisher():
    (found,) = findings(advisory(**GITLAB, fixed="4.3"), advisory(**PYSEC, fixed="4.2.2"))
    assert found.fix.versions == ("4.2.2",)
    assert {one.source for one in found.advisories} == {"gitlab", "pypa"}


def test_names_that_a_record_puts_together_count_too():
    github = advisory(**{**GITLAB, "id": "GLAD-GMS-2026-9", "aliases": ("GMS-2026-9", "GHSA-aaaa-bbbb-cccc")}, fixed="4.3")
    record = VulnerabilityRecord("GHSA-aaaa-bbbb-cccc", "ghsa", ("CVE-2026-1",))
    assert findings(github, record, advisory(**PYSEC, fixed="4.2.1")) == ()


def test_a_vulnerability_that_github_names_for_other_packages_is_possible():
    record = VulnerabilityRecord("GHSA-aaaa-bbbb-cccc", "ghsa", ("CVE-2026-1",))
    (found,) = findings(advisory(**GITLAB, fixed="4.3"), record)
    assert found.confidence == "possible"


def test_retirejs_gives_way_to_the_ecosystems_own_advisory():
    """lodash 4.17.21 has the fix of CVE-2021-23337, and Retire.js names 4.17.22 as the fix."""
    republished = {
        "namespace": "PyPI",
        "package": "django",
        "source": "retirejs",
        "id": "GHSA-aaaa-bbbb-cccc",
        "aliases": ("CVE-2026-1",),
    }
    own = {**republished, "source": "osv", "id": "GHSA-aaaa-bbbb-cccc"}
    assert len(findings(advisory(**republished, fixed="4.2.2"))) == 1
    assert findings(advisory(**republished, fixed="4.2.2"), advisory(**own, fixed="4.2.1")) == ()
    (found,) = findings(advisory(**republished, fixed="4.2.2"), advisory(**own, fixed="4.3"))
    assert found.fix.versions == ("4.3",)


def test_retirejs_knows_libraries_by_other_names_and_is_not_doubted_for_that():
    republished = {"namespace": "PyPI", "package": "django", "source": "retirejs", "id": "CVE-2026-1"}
    record = VulnerabilityRecord("GHSA-aaaa-bbbb-cccc", "ghsa", ("CVE-2026-1",))
    (found,) = findings(advisory(**republished, fixed="4.3"), record)
    assert found.confidence == "confirmed"


def test_another_vulnerability_of_the_package_has_no_effect():
    other = {**PYSEC, "id": "PYSEC-2026-2", "aliases": ("CVE-2026-2",)}
    assert len(findings(advisory(**GITLAB, fixed="4.3"), advisory(**other, ranges=(Range(None, "4.0"),)))) == 1


def test_the_explanation_states_why_it_does_not_count():
    records = [*KNOWN, advisory(**GITLAB, fixed="4.3"), advisory(**PYSEC, fixed="4.2.1")]
    packages = (pypi(version="4.2.1"),)
    report = replace(clean(), inventory=Inventory(DEBIAN, packages), findings=run(packages, records).findings)
    (explained,) = explain("CVE-2026-1", "django", report, knowledge(*records), SCHEMES, ECOSYSTEMS).of_packages
    assert explained.outcome == "not_found"
    assert explained.why == "republishes advisories, and another source contradicts it"

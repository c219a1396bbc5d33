"""What the changelog of the package that owns a language package decides."""

import pytest
from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, info, knowledge, pypi

from careen.matching.match import match
from careen.model.advisory import VulnerabilityRecord
from careen.model.inventory import Changelog, ChangelogEntry, Inventory, OwnerFiles, OwnerRead
from careen.model.package import Evidence, Source

PATH = "usr/share/doc/python3-django/changelog.Debian.gz"
OWNER = deb("python3-django", "4.2.1-3", Source("python-django", "4.2.1-3"), vendor="distribution")
OWNED = pypi(owned_by=OWNER.purl)
RECORDS = (
    advisory("CVE-2026-0002", "4.2.3", "PyPI", "django", source="osv", aliases=("GHSA-aaaa-bbbb-cccc",)),
    info("PyPI", "osv", unfixed=True),
)


def changelog(*entries, cut_off="", versions=("4.2.1-3", "4.2.1-2", "4.2.1-1")):
    listed = tuple(ChangelogEntry(version, tuple(fixed), tuple(retracted)) for version, fixed, retracted in entries)
    return Changelog(PATH, versions, listed, cut_off)


def fixed(version="4.2.1-2", *names):
    return (version, names or ("CVE-2026-0002",), ())


def outcome(log, *records, genuine=True, has_changelog=None, owned=OWNED, others=()):
    """(confidence, or None; kind of the suppression, or None; code of the reason, or None)"""
    path = owned.evidence[0].path
    place = Evidence(PATH, 0) if (log is not None if has_changelog is None else has_changelog) else None
    files = OwnerFiles(OWNER.purl, (owned.evidence[0],), (), place)
    read = OwnerRead(OWNER.purl, (path,) if genuine else (), log)
    inventory = Inventory(DEBIAN, (OWNER, owned, *others), owner_files=(files,), owners_read=(read,))
    matched = match(inventory, knowledge(*(records or RECORDS)), SCHEMES, ECOSYSTEMS, TODAY)
    confidences = [finding.confidence for finding in matched.findings if finding.package == owned.purl]
    kinds = [entry.by.kind for entry in matched.fixed]
    codes = [reason.code for reason in matched.reasons if reason.code == "no_changelog"]
    return (*confidences, None)[0], (*kinds, None)[0], (*codes, None)[0]


STAYS = ("likely", None, None)
SUPPRESSED = (None, "distribution", None)
POSSIBLE = ("possible", None, "no_changelog")


def test_without_a_second_look_nothing_changes():
    inventory = Inventory(DEBIAN, (OWNER, OWNED))
    matched = match(inventory, knowledge(*RECORDS), SCHEMES, ECOSYSTEMS, TODAY)
    assert ([finding.confidence for finding in matched.findings], matched.fixed) == (["likely"], ())


def test_an_entry_that_names_it_suppresses_it_and_is_the_reason():
    assert outcome(changelog(fixed())) == SUPPRESSED
    assert outcome(changelog(fixed("4.2.1-2", "GHSA-aaaa-bbbb-cccc"))) == STAYS  # it has a CVE, which is not named
    files = OwnerFiles(OWNER.purl, (OWNED.evidence[0],), (), Evidence(PATH, 0))
    read = OwnerRead(OWNER.purl, (OWNED.evidence[0].path,), changelog(fixed()))
    inventory = Inventory(DEBIAN, (OWNER, OWNED), owner_files=(files,), owners_read=(read,))
    (one,) = match(inventory, knowledge(*RECORDS), SCHEMES, ECOSYSTEMS, TODAY).fixed
    assert (one.finding.id, one.by.source) == ("CVE-2026-0002", PATH)
    assert one.by.reason == "fixed by the distribution: the changelog of python3-django names CVE-2026-0002 in 4.2.1-2"


def test_a_vulnerability_without_a_cve_is_named_by_its_advisory():
    records = (advisory("GHSA-aaaa-bbbb-cccc", "4.2.3", "PyPI", "django", source="osv"), info("PyPI", "osv", unfixed=True))
    assert outcome(changelog(fixed("4.2.1-2", "GHSA-aaaa-bbbb-cccc")), *records) == SUPPRESSED


def test_a_whole_changelog_that_does_not_name_it_changes_nothing():
    assert outcome(changelog(fixed("4.2.1-2", "CVE-2026-9999"))) == STAYS
    assert outcome(changelog()) == STAYS


@pytest.mark.parametrize(
    "log",
    [
        changelog(fixed("4.2.1-4"), versions=("4.2.1-4", "4.2.1-3")),  # above the installed version
        changelog(fixed("unreadable")),
        changelog(("4.2.1-3", (), ("CVE-2026-0002",)), fixed()),  # taken back later
    ],
)
def test_entries_that_do_not_count(log):
    assert outcome(log) == STAYS


def test_a_fix_that_comes_after_one_that_was_taken_back_counts():
    assert outcome(changelog(fixed("4.2.1-3"), ("4.2.1-2", (), ("CVE-2026-0002",)), fixed("4.2.1-1"))) == SUPPRESSED


def test_a_rebuild_has_the_fixes_of_the_version_that_it_rebuilds():
    """With release_key of these tests ``4.2.1-2~deb13u1`` is above ``4.2.1-2``, so the real order is used."""
    from careen.matching.owner_claims import _fixed
    from careen.plugins import VersionScheme, load

    deb_key = next(one for one in load("careen.versions", "VERSION_SCHEME", VersionScheme) if one.name == "deb").key
    log = changelog(fixed("4.2.1-2"), versions=("4.2.1-2~deb13u1", "4.2.1-2", "4.2.1-1"))
    assert _fixed(log, "4.2.1-2~deb13u1", deb_key) == {"CVE-2026-0002": "4.2.1-2"}
    assert _fixed(log, "4.2.1-1", deb_key) == {}


def test_without_a_changelog_it_is_possible_and_the_reason_has_a_code():
    assert outcome(None) == POSSIBLE


def test_a_changelog_that_is_cut_off():
    assert outcome(changelog(cut_off="2026-02-01")) == POSSIBLE
    assert outcome(changelog(cut_off="2027-02-01")) == POSSIBLE
    assert outcome(changelog(cut_off="2025-12-31")) == STAYS  # before that, nothing could name it
    assert outcome(changelog(fixed(), cut_off="2026-02-01")) == SUPPRESSED


def test_a_changelog_that_does_not_reach_the_installed_version():
    assert outcome(changelog(versions=("4.2.1-2", "4.2.1-1"))) == POSSIBLE
    assert outcome(changelog(versions=())) == POSSIBLE


def test_a_vulnerability_without_a_cve_is_named_from_its_publication_on():
    entry = advisory("GHSA-aaaa-bbbb-cccc", "4.2.3", "PyPI", "django", source="osv")
    record = VulnerabilityRecord("GHSA-aaaa-bbbb-cccc", "osv", published="2024-05-01")
    records = (entry, info("PyPI", "osv", unfixed=True))
    assert outcome(changelog(cut_off="2023-01-01"), *records) == POSSIBLE  # it is unknown since when it has the name
    assert outcome(changelog(cut_off="2023-01-01"), *records, record) == STAYS
    assert outcome(changelog(cut_off="2024-01-01"), *records, record) == POSSIBLE


@pytest.mark.parametrize("log", [changelog(fixed()), changelog(cut_off="2027-01-01"), None])
def test_a_file_that_is_not_the_distributions_stays(log):
    assert outcome(log, genuine=False) == STAYS


def test_a_changelog_whose_checksum_is_not_the_owners_changes_nothing():
    assert outcome(None, has_changelog=True) == STAYS


def test_a_second_place_of_the_package_that_is_not_the_distributions_stays():
    twice = replace(OWNED, evidence=(*OWNED.evidence, Evidence("opt/django/METADATA", 1)))
    assert outcome(changelog(fixed()), owned=twice) == STAYS


def test_an_owner_of_a_third_party_states_nothing():
    theirs = replace(OWNER, vendor="third_party")
    files = OwnerFiles(theirs.purl, (OWNED.evidence[0],), (), Evidence(PATH, 0))
    read = OwnerRead(theirs.purl, (OWNED.evidence[0].path,), changelog(fixed()))
    inventory = Inventory(DEBIAN, (theirs, OWNED), owner_files=(files,), owners_read=(read,))
    matched = match(inventory, knowledge(*RECORDS), SCHEMES, ECOSYSTEMS, TODAY)
    assert ([finding.confidence for finding in matched.findings], matched.fixed) == (["confirmed"], ())


def archive(id, version):
    return advisory(id, version, package="python-django", source="debian-archive")


def test_the_changelogs_of_the_archive_contradict_an_entry_that_they_do_not_have():
    log = changelog(fixed())
    assert outcome(log, *RECORDS, archive("CVE-2026-0009", "4.2.1-2")) == STAYS
    assert outcome(log, *RECORDS, archive("CVE-2026-0009", "4.2.1-1")) == SUPPRESSED  # theirs is older than the entry
    confidence, kind, _ = outcome(log, *RECORDS, archive("CVE-2026-0002", "4.2.1-9"))
    assert (confidence, kind) == (None, None)  # theirs decides, for the owner


def summary(text):
    return VulnerabilityRecord("GHSA-aaaa-bbbb-cccc", "osv", summary=text)


def test_a_library_in_upstreams_own_builds():
    about = summary("Vulnerable OpenSSL included in django wheels")
    system = deb(vendor="distribution")
    assert outcome(changelog(), *RECORDS, about, others=(system,)) == SUPPRESSED
    assert outcome(changelog(), *RECORDS, about) == STAYS  # the distribution's OpenSSL is not there
    assert outcome(changelog(), *RECORDS, about, others=(replace(system, vendor="third_party"),)) == STAYS
    assert outcome(changelog(), *RECORDS, about, others=(system,), genuine=False) == STAYS
    assert outcome(changelog(), *RECORDS, summary("Django misuses OpenSSL"), others=(system,)) == STAYS


def test_the_newer_version_of_the_owner_counts():
    older = pypi(version="4.1.9", owned_by=OWNER.purl)
    records = (advisory("CVE-2026-0002", "4.2.0", "PyPI", "django", source="osv"), info("PyPI", "osv", unfixed=True))
    assert outcome(changelog(), *records, owned=older) == (None, None, None)
    assert outcome(changelog(), *records, owned=older, genuine=False) == STAYS

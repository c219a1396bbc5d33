"""Matching only what a second look was about gives what matching everything gives."""

from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, info, knowledge, pypi

from careen.matching.match import match
from careen.matching.partly import part_of, with_part
from careen.model.advisory import VulnerabilityRecord
from careen.model.inventory import Changelog, ChangelogEntry, Inventory, OwnerFiles, OwnerRead, ProgramRead
from careen.model.package import Evidence, Package, Source

PATH = "usr/share/doc/python3-django/changelog.Debian.gz"
OWNER = deb("python3-django", "4.2.1-3", Source("python-django", "4.2.1-3"), vendor="distribution")
OTHER_OWNER = deb("python3-flask", "1.0-1", Source("flask", "1.0-1"), vendor="distribution")
OWNED = pypi(owned_by=OWNER.purl)
ELSEWHERE = pypi(evidence=(Evidence("opt/django-4.2.1.dist-info/METADATA", 0),))
FLASK = pypi("flask", "1.0", owned_by=OTHER_OWNER.purl)
REQUESTS = pypi("requests", "1.0")
PACKAGES = (OWNER, OTHER_OWNER, deb(vendor="distribution"), deb("curl", "1-1", Source("curl", "1-1"), vendor="distribution"))
RECORDS = (
    advisory("CVE-2026-0001", "9", "PyPI", "django", source="osv", severity="low"),
    advisory("CVE-2026-0002", "9", "PyPI", "django", source="osv", severity="high"),
    advisory("CVE-2026-0003", "9", "PyPI", "django", source="osv", aliases=("GHSA-aaaa-bbbb-cccc",)),
    advisory("CVE-2026-0004", "9", "PyPI", "flask", source="osv", severity="critical"),
    advisory("CVE-2026-0005", "9", "PyPI", "requests", source="osv", severity="medium"),
    VulnerabilityRecord("GHSA-aaaa-bbbb-cccc", "osv", summary="Vulnerable OpenSSL included in django wheels"),
    info("PyPI", "osv", unfixed=True),
)


def both(before, after):
    """(all packages matched again, only the part)"""

    def matched(inventory):
        return match(inventory, knowledge(*RECORDS), SCHEMES, ECOSYSTEMS, TODAY)

    part, about = part_of(after)
    assert len(part.packages) < len(after.packages)
    return matched(after), with_part(matched(before), matched(part), about)


def test_the_owners_of_language_packages():
    log = Changelog(PATH, ("4.2.1-3",), (ChangelogEntry("4.2.1-3", ("CVE-2026-0001",)),), "2026-05-01")
    files = tuple(OwnerFiles(owner.purl, (), (), Evidence(PATH, 0)) for owner in (OWNER, OTHER_OWNER))
    before = Inventory(DEBIAN, (*PACKAGES, OWNED, ELSEWHERE, FLASK, REQUESTS), owner_files=files)
    after = replace(before, owners_read=(OwnerRead(OWNER.purl, (OWNED.evidence[0].path,), log),))
    whole, part = both(before, after)
    assert (part.findings, part.fixed) == (whole.findings, whole.fixed)
    assert sorted((reason.code, reason.subjects) for reason in part.reasons) == sorted(
        (reason.code, reason.subjects) for reason in whole.reasons
    )
    assert len(part.fixed) == 2
    assert any(reason.code == "no_changelog" for reason in part.reasons)


def test_programs_without_a_package_database():
    program = pypi(evidence=(Evidence("usr/bin/django", 0),))
    note = Package("rpm", "fedora", "x", "1-1.fc40", cataloger="elf_note", evidence=(Evidence("usr/bin/x", 0),))
    before = Inventory(DEBIAN, (program, note, REQUESTS), no_package_database=True)
    after = replace(before, programs_read=(ProgramRead("usr/bin/django"),))
    whole, part = both(before, after)
    assert part.findings == whole.findings
    assert {finding.confidence for finding in part.findings if finding.package == program.purl} == {"possible"}

"""Which owners a second look reads, and whose files it shows to be genuine."""

from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, info, knowledge, pypi

from careen.matching.match import match
from careen.matching.owner_reads import OwnerReads, unread_owners
from careen.model.inventory import Inventory, OwnerFiles, OwnerRead
from careen.model.package import Evidence, Package, Source

OWNER = deb("python3-django", "4.2.1-3", Source("python-django", "4.2.1-3"), vendor="distribution")
OWNED = pypi(owned_by=OWNER.purl)
FILES = OwnerFiles(OWNER.purl, OWNED.evidence, (), Evidence("usr/share/doc/python3-django/changelog.Debian.gz", 0))
OTHER = OwnerFiles("pkg:deb/debian/other@1", ())
INVENTORY = Inventory(DEBIAN, (OWNER, OWNED), owner_files=(FILES, OTHER))
RECORDS = (advisory("CVE-2026-0002", "4.2.3", "PyPI", "django", source="osv"), info("PyPI", "osv", unfixed=True))


def asked(inventory, *records):
    findings = match(INVENTORY, knowledge(*(records or RECORDS)), SCHEMES, ECOSYSTEMS, TODAY).findings
    return unread_owners(findings, inventory)


def test_the_owners_of_packages_with_findings_are_asked_for_once():
    assert asked(INVENTORY) == (FILES,)
    assert asked(INVENTORY, RECORDS[1]) == ()
    assert asked(replace(INVENTORY, owners_read=(OwnerRead(OWNER.purl),))) == ()
    assert asked(replace(INVENTORY, owner_files=())) == ()


def test_possible_findings_and_declared_packages_ask_for_nothing():
    assert asked(INVENTORY, replace(RECORDS[0], confidence="possible"), RECORDS[1]) == ()
    assert asked(replace(INVENTORY, packages=(OWNER, replace(OWNED, presence="declared")))) == ()


def test_what_is_read_counts_if_all_files_of_the_package_are_genuine():
    path = OWNED.evidence[0].path
    read = OwnerRead(OWNER.purl, (path, "a.jar"))
    reads = OwnerReads(replace(INVENTORY, owners_read=(read,)))
    assert reads.of(OWNED) == read
    assert reads.of(replace(OWNED, evidence=(Evidence("a.jar!/META-INF/pom.properties", 0),))) == read
    assert reads.of(replace(OWNED, evidence=(*OWNED.evidence, Evidence("b", 0)))) is None
    assert reads.of(replace(OWNED, evidence=())) is None
    assert reads.of(replace(OWNED, owned_by=None)) is None
    assert OwnerReads(INVENTORY).of(OWNED) is None


def test_whether_the_image_has_a_changelog():
    read = (OwnerRead(OWNER.purl), OwnerRead(OTHER.owner))
    reads = OwnerReads(replace(INVENTORY, owners_read=read))
    assert [reads.has_changelog(owner) for owner in (OWNER.purl, OTHER.owner, "pkg:deb/debian/none@1")] == [True, False, False]


def test_all_language_packages_of_an_owner_are_read_for_one_of_them():
    """A stored inventory is matched with later advisories, and its files cannot be read again."""
    other = pypi(name="other", evidence=(Evidence("usr/lib/python3/other", 0),), owned_by=OWNER.purl)
    both = replace(FILES, paths=(*OWNED.evidence, *other.evidence))
    assert asked(replace(INVENTORY, packages=(OWNER, OWNED, other), owner_files=(both,))) == (both,)


def test_programs_that_only_the_distribution_assesses_are_not_read():
    """Their files are large, and would be read in one more pass."""
    paths = ("usr/lib/libruby.so.3.1", "usr/bin/node")
    ruby, node = (
        Package("generic", None, name, "1", owned_by=OWNER.purl, evidence=(Evidence(path, 0),))
        for name, path in zip(("ruby", "node"), paths, strict=True)
    )
    whole = replace(FILES, paths=(*OWNED.evidence, *ruby.evidence, *node.evidence))
    (found,) = asked(replace(INVENTORY, packages=(OWNER, OWNED, ruby, node), owner_files=(whole,)))
    assert found.paths == (*OWNED.evidence, *node.evidence)
    module = replace(OWNED, name="module", evidence=ruby.evidence)
    assert asked(replace(INVENTORY, packages=(OWNER, OWNED, ruby, node, module), owner_files=(whole,))) == (whole,)


def test_the_owner_of_a_copy_is_not_asked_about_a_vulnerable_one_elsewhere():
    elsewhere = replace(OWNED, owned_by=None, evidence=(Evidence("opt/app/django", 1),))
    owned = replace(OWNED, evidence=(Evidence("usr/lib/django", 0),))
    found = match(Inventory(DEBIAN, (elsewhere,)), knowledge(*RECORDS), SCHEMES, ECOSYSTEMS, TODAY).findings
    assert found
    assert unread_owners(found, replace(INVENTORY, packages=(OWNER, owned, elsewhere))) == ()


def test_a_package_within_an_archive_is_read_by_the_archive():
    inner = replace(OWNED, evidence=(Evidence("usr/share/java/a.jar!/META-INF/pom.xml", 0),))
    archive = replace(FILES, paths=(Evidence("usr/share/java/a.jar", 0), Evidence("usr/lib/libb.so.1", 0)))
    library = Package("generic", None, "b", "1", owned_by=OWNER.purl, evidence=(Evidence("usr/lib/libb.so.1", 0),))
    found = match(replace(INVENTORY, packages=(inner,)), knowledge(*RECORDS), SCHEMES, ECOSYSTEMS, TODAY).findings
    assert [
        files.paths for files in unread_owners(found, replace(INVENTORY, packages=(inner, library), owner_files=(archive,)))
    ] == [(Evidence("usr/share/java/a.jar", 0),)]

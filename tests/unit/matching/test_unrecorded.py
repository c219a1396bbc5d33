"""Packages that the distribution built, in images without its package database."""

import pytest
from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, info, knowledge, pypi

from careen.matching.match import match
from careen.matching.unrecorded import Unrecorded, unread_programs
from careen.model.inventory import Inventory, ProgramRead
from careen.model.package import Distribution, Evidence, Package

ALPINE = Distribution("alpine", "3.20")
RECORDS = (advisory("CVE-2026-0002", "9", "PyPI", "django", source="osv"), info("PyPI", "osv", unfixed=True))


def program(*paths):
    return Package("generic", None, "openssl", "3.0.1", evidence=tuple(Evidence(path, 0) for path in paths))


def is_own(package, *compilers, distribution=DEBIAN, **fields):
    """``compilers``: those that the program names; none if no second look has read it."""
    read = tuple(ProgramRead(evidence.path, compilers[0]) for evidence in package.evidence) if compilers else ()
    fields = {"no_package_database": True, "programs_read": read, **fields}
    packages = (package, *fields.pop("packages", ()))
    return Unrecorded(Inventory(distribution, packages, **fields)).is_of_distribution(package)


def test_a_stripped_program_in_a_folder_of_the_system():
    assert is_own(program("usr/bin/openssl"), ())
    assert is_own(program("usr/lib/x86_64-linux-gnu/libssl.so.3", "bin/openssl"), ())
    assert not is_own(program("usr/bin/openssl"))  # not read
    assert not is_own(program("usr/bin/openssl"), (), no_package_database=False)
    assert not is_own(program("usr/bin/openssl"), (), distribution=None)
    assert not is_own(program("usr/bin/openssl"), (), distribution=Distribution("homebrewed", "1"))


def test_a_program_that_names_its_compiler():
    named = ("GCC: (Debian 14.2.0-19) 14.2.0",)
    assert not is_own(program("usr/bin/openssl"), named)
    alpine = ("GCC: (Alpine 13.2.1_git20240309) 13.2.1 20240309",)
    assert is_own(program("usr/bin/openssl"), alpine, distribution=ALPINE)
    assert is_own(program("usr/bin/openssl"), (), distribution=ALPINE)
    assert not is_own(program("usr/bin/openssl"), (*alpine, "GCC: (GNU) 13.2.0"), distribution=ALPINE)


def test_a_runtime_that_names_its_maker():
    places = tuple(Evidence(f"usr/lib/jvm/java-17/{name}", 0) for name in ("bin/java", "release"))
    runtime = Package("generic", None, "openjdk", "17.0.19+10", maintainer="Debian", evidence=places)
    assert is_own(runtime)
    assert not is_own(runtime, no_package_database=False)
    assert not is_own(replace(runtime, maintainer="Eclipse Adoptium"))
    assert not is_own(replace(runtime, maintainer=None))
    assert not is_own(replace(runtime, evidence=(*places, Evidence("opt/java/release", 0))))


def test_a_program_with_the_note_of_its_package():
    note = Package("rpm", "fedora", "openssl", "3.0.1-1.fc40", cataloger="elf_note", evidence=(Evidence("opt/openssl", 0),))
    assert is_own(program("opt/openssl"), packages=(note,))
    assert not is_own(program("opt/other"), packages=(note,))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("usr/lib/python3/dist-packages/django-4.2.1.dist-info/METADATA", True),
        ("usr/share/java/xercesImpl.jar!/META-INF/maven/pom.properties", True),
        ("usr/lib/x86_64-linux-gnu/rubygems-integration/3.3.0/specifications/oj.gemspec", True),
        ("usr/lib/ruby/gems/3.3.0/specifications/default/net-imap.gemspec", True),
        ("usr/share/nodejs/ws/package.json", True),
        ("usr/share/javascript/bootstrap/js/bootstrap.js", True),
        ("usr/local/lib/python3.11/dist-packages/django-4.2.1.dist-info/METADATA", False),
        ("usr/lib/python3/site-packages/django-4.2.1.dist-info/METADATA", False),
        ("opt/usr/share/java/x.jar", False),
        ("usr/lib/python3.13/site.py", False),
        ("var/lib/gems/3.3.0/specifications/oj.gemspec", False),
    ],
)
def test_folders_that_only_packages_of_the_distribution_write_to(path, expected):
    package = pypi(evidence=(Evidence(path, 0),))
    assert is_own(package) == expected
    assert not is_own(package, distribution=ALPINE)


def test_every_place_has_to_be_the_distributions():
    own = "usr/lib/python3/dist-packages/django-4.2.1.dist-info/METADATA"
    assert not is_own(pypi(evidence=(Evidence(own, 0), Evidence("opt/django/METADATA", 0))))
    assert not is_own(pypi(evidence=()))
    assert not is_own(pypi(evidence=(Evidence(own, 0),), owned_by="pkg:deb/debian/x@1"))
    assert not is_own(replace(pypi(evidence=(Evidence(own, 0),)), presence="declared"))


def test_the_findings_of_what_the_distribution_built_are_possible():
    own = pypi(evidence=(Evidence("usr/lib/python3/dist-packages/django-4.2.1.dist-info/METADATA", 0),))
    other = pypi(evidence=(Evidence("usr/local/lib/python3.11/dist-packages/django-4.2.1.dist-info/METADATA", 0),))

    def confidence(package, **fields):
        inventory = Inventory(DEBIAN, (package,), **fields)
        return [found.confidence for found in match(inventory, knowledge(*RECORDS), SCHEMES, ECOSYSTEMS, TODAY).findings]

    assert confidence(own, no_package_database=True) == ["possible"]
    assert confidence(other, no_package_database=True) == ["confirmed"]
    assert confidence(own) == ["confirmed"]


def test_the_programs_that_a_second_look_reads():
    own = pypi(evidence=(Evidence("usr/bin/x", 1), Evidence("usr/bin/y!/a", 1), Evidence("opt/z", 1), Evidence("lib/b", 0)))
    inventory = Inventory(DEBIAN, (own,), no_package_database=True, programs_read=(ProgramRead("lib/b"),))
    findings = match(replace(inventory, programs_read=()), knowledge(*RECORDS), SCHEMES, ECOSYSTEMS, TODAY).findings
    assert unread_programs(findings, inventory) == (Evidence("usr/bin/x", 1),)
    assert unread_programs((), inventory) == ()
    assert unread_programs(findings, replace(inventory, no_package_database=False)) == ()

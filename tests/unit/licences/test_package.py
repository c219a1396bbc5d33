from careen.licences.expressions import is_valid
from careen.licences.known import _DEDICATIONS, _KNOWN
from careen.licences.package import is_stated, licence_of, licences_of
from careen.model.details import Details, LicenceFile
from careen.model.inventory import Inventory
from careen.model.package import Package, Source


def test_a_copyright_file_declares_the_licence():
    package = Package("deb", "debian", "bash", "5.2")
    files = [LicenceFile(package.purl, "usr/share/doc/bash/copyright", "GPL-3.0-or-later", declares=True)]
    assert licence_of(package, files).declared == "GPL-3.0-or-later"


def test_a_well_known_project_counts_if_nothing_is_stated():
    assert licence_of(Package("generic", None, "openssl", "1.1.1h"), ()).concluded == "OpenSSL"
    assert licence_of(Package("generic", None, "openssl", "3.0.2"), ()).concluded == "Apache-2.0"
    assert licence_of(Package("generic", None, "libpng", "1.6.37"), ()).concluded == "libpng-2.0"
    assert licence_of(Package("golang", None, "golang.org/x/net", "v0.1.0"), ()).concluded == "BSD-3-Clause"
    assert licence_of(Package("golang", None, "github.com/docker/docker", "v20"), ()).concluded == "Apache-2.0"
    assert licence_of(Package("golang", None, "github.com/docker/docker-credential-helpers", "v1"), ()).concluded == "MIT"
    assert licence_of(Package("generic", None, "other", "1"), ()).concluded == ""
    assert all(is_valid(licence) for entries in _KNOWN.values() for _, licence in entries)


def test_a_dedication_to_the_public_domain_is_that_of_its_project():
    def concluded(name, source, stated="Public Domain"):
        package = Package("rpm", "rhel", name, "1-1", Source(source, "1-1"), licenses=(stated,))
        return licence_of(package, ()).concluded

    assert concluded("sqlite-libs", "sqlite") == "blessing"
    assert concluded("libselinux1", "libselinux", "SUSE-Public-Domain") == "libselinux-1.0"
    assert concluded("tzdata", "tzdata") == "LicenseRef-Public-Domain"
    assert concluded("sqlite-libs", "sqlite", "MIT") == "MIT"
    assert concluded("sqlite-libs", "sqlite", "Copyright only") == "LicenseRef-Copyright-only"
    assert concluded("sqlite", "libsqlite-of-another") == "LicenseRef-Public-Domain"
    assert all(is_valid(licence) for licence in _DEDICATIONS.values())


def test_several_names_are_a_choice_where_the_ecosystem_says_so():
    assert licence_of(Package("maven", None, "a:b", "1", licenses=("MIT", "EPL 2.0")), ()).concluded == "EPL-2.0 OR MIT"
    assert licence_of(Package("pypi", None, "a", "1", licenses=("MIT", "ISC")), ()).concluded == "ISC AND MIT"


def test_a_text_makes_a_family_precise():
    package = Package("pypi", None, "a", "1", licenses=("BSD License",))
    found = licence_of(package, [LicenceFile(package.purl, "a/LICENSE", "BSD-2-Clause")])
    assert (found.declared, found.found, found.concluded) == ("BSD-3-Clause", "BSD-2-Clause", "BSD-2-Clause")


def test_a_text_does_not_contradict_what_is_declared():
    package = Package("npm", None, "a", "1", licenses=("Apache-2.0",))
    found = licence_of(package, [LicenceFile(package.purl, "a/LICENSE", "MIT")])
    assert (found.found, found.concluded) == ("MIT", "Apache-2.0")


def test_a_library_of_the_distribution_has_the_licence_of_its_package():
    owner = Package("deb", "debian", "python3-six", "1.16")
    library = Package("pypi", None, "six", "1.16", owned_by=owner.purl)
    files = (LicenceFile(owner.purl, "usr/share/doc/python3-six/copyright", "MIT", declares=True),)
    inventory = Inventory(None, (owner, library), details=Details(files))
    assert licences_of(inventory)[library.purl].concluded == "MIT"


def test_what_the_image_states_differs_from_what_is_known_of_a_project():
    def stated(package, *files):
        return is_stated(package, licence_of(package, files))

    silent, odd = Package("cargo", None, "a", "1"), Package("npm", None, "a", "1", licenses=("see website",))
    assert not stated(silent) and stated(odd)
    assert stated(silent, LicenceFile(silent.purl, "a/LICENSE", "MIT", declares=False))
    assert not stated(Package("golang", None, "golang.org/x/net", "v0.1.0"))

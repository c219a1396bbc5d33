"""The distribution's packages that own the files of others."""

from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, deb, pypi, rpm

from careen.matching.owners import Owners
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Source

OWNER = deb("python3-django", "3:4.2.1-1", Source("python-django", "3:4.2.1-1"), vendor="distribution")
OWNED = pypi(owned_by=OWNER.purl)


def owners(*packages, distribution=DEBIAN):
    return Owners(Inventory(distribution, packages), ECOSYSTEMS)


def test_the_owner_as_its_advisories_name_it():
    subject = owners(OWNER, OWNED).subject_of(OWNED)
    assert (subject.namespace, subject.name, subject.version) == ("debian:12", "python-django", "3:4.2.1-1")
    assert subject.source == ""


def test_packages_without_an_owner_in_the_inventory():
    known = owners(OWNER, OWNED)
    assert known.subject_of(pypi()) is None
    assert owners(OWNED).subject_of(OWNED) is None
    assert known.subject_of(replace(OWNED, owned_by="pkg:deb/debian/other@1")) is None


def test_an_owner_of_a_third_party_is_not_the_distributions():
    theirs = replace(OWNER, vendor="third_party")
    known = owners(theirs, OWNED)
    assert known.subject_of(OWNED) is None
    assert not known.is_of_distribution(OWNED)
    assert not known.has_upstream_owner(OWNED)


def test_an_owner_that_is_assessed_by_its_upstream_version():
    nginx = deb("nginx", "1.24.0-1~bookworm", Source("nginx", "1.24.0-1~bookworm"), vendor="third_party")
    owned = pypi(owned_by=nginx.purl)
    assert owners(nginx, owned).has_upstream_owner(owned)
    assert owners(nginx, owned).subject_of(owned) is None
    own = replace(nginx, vendor="distribution")
    assert not owners(own, owned).has_upstream_owner(owned)


def test_an_owner_that_the_inventory_does_not_list_counts_as_the_distributions():
    assert owners(OWNED).is_of_distribution(OWNED)
    assert not owners(OWNED).is_of_distribution(pypi())
    assert owners(OWNER, OWNED).is_of_distribution(OWNED)


def test_an_unknown_vendor_is_looked_up_by_the_version():
    assert owners(replace(OWNER, vendor="unknown"), OWNED).subject_of(OWNED) is not None
    local = replace(OWNER, vendor="unknown", maintainer="Docker <support@docker.com>", version="5:24.0-1~debian.12~bookworm")
    owned = pypi(owned_by=local.purl)
    assert owners(local, owned).subject_of(owned) is None


def test_an_owner_of_a_release_without_advisories():
    assert owners(OWNER, OWNED, distribution=Distribution("homebrewed", "1")).subject_of(OWNED) is not None
    owner = replace(OWNER, distro="homebrewed-1")
    owned = pypi(owned_by=owner.purl)
    assert owners(owner, owned).subject_of(owned) is None


def test_an_rpm_with_channels_is_also_named_by_its_source():
    owner = replace(rpm("python3-django", "4.2-1.el9"), distro="rhel-9.4", source=Source("python-django", "4.2-1.el9"))
    owner = replace(owner, vendor="distribution")
    owned = pypi(owned_by=owner.purl)
    subject = owners(owner, owned, distribution=Distribution("rhel", "9.4")).subject_of(owned)
    assert (subject.name, subject.source) == ("python3-django", "python-django")

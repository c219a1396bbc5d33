"""The advisory namespaces that an inventory needs."""

from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, deb, pypi, rpm

from careen.matching.needs import needed
from careen.model.package import Distribution, Package, Source

NODE = Package("generic", None, "node", "20.1.0")


def needs(*packages, distribution=DEBIAN):
    return needed(packages, distribution, ECOSYSTEMS)


def test_a_distribution_and_a_language():
    assert needs(deb(vendor="distribution"), pypi()) == {"debian:12", "PyPI"}
    assert needs() == frozenset()


def test_a_type_without_an_ecosystem_needs_nothing():
    assert needs(Package("brew", None, "a", "1")) == frozenset()


def test_a_product_has_its_own_advisories_unless_the_distribution_owns_it():
    assert "Node.js" in needs(NODE)
    assert "Node.js" not in needs(replace(NODE, owned_by="pkg:deb/debian/nodejs@20"))


def test_namespaces_that_stand_in_for_others():
    package = replace(rpm("a", "1-1.el9", vendor="distribution"), distro="rocky-9.4")
    assert needs(package, distribution=Distribution("rocky", "9.4")) == {"rocky:9", "almalinux:9"}


def test_a_third_partys_package_needs_upstream_advisories_too():
    nginx = deb("nginx", "1.24.0-1~bookworm", Source("nginx", "1.24.0-1~bookworm"), vendor="third_party")
    assert {"debian:12", "cpe"} <= needs(nginx)


def test_a_patched_package_needs_its_vendors_advisories():
    found = needs(deb(version="3.0.11-1.root.io.1", vendor="distribution"))
    assert found == {"root:debian:12", "debian:12"}


def test_an_unknown_distribution():
    assert needs(replace(deb(vendor="distribution"), distro="homebrewed-1")) == frozenset()

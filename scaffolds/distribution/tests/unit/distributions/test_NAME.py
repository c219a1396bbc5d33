from careen.matching.distributions import release_of
from careen.model.package import Distribution


def test_its_releases():
    """TODO: the VERSION_ID of each form, and the namespace of its own advisories; if it follows another, ``stand_in``
    is the namespace of the parent's."""
    release = release_of(Distribution("NAME", "3.1"))
    assert (release.namespace, release.stand_in) == ("NAME:3", None)


def test_versions_of_packages_that_it_changed():
    """TODO: if it follows another distribution, a version with its mark, which ``changed`` matches; else remove this test."""
    assert release_of(Distribution("NAME", "3.1")).changed == ""

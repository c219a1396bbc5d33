from careen.matching.distributions import release_of
from careen.model.package import Distribution


def test_its_releases():
    """TODO: the VERSION_ID of each form, and the namespace of its own advisories; if it follows another, ``stand_in``
    is the namespace of the parent's."""
    release = release_of(Distribution("NAME", "3.1"))
    assert (release.namespace, release.stand_in) == ("NAME:3", None)

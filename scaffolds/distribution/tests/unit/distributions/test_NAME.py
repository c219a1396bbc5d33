from careen.matching.distributions import release_of
from careen.model.package import Distribution


def test_its_releases():
    """TODO: the VERSION_ID of each form, and the namespace of the advisories."""
    assert release_of(Distribution("NAME", "3.1")).namespace == "NAME:3"

import pytest

from careen.matching.distributions import release_of
from careen.model.package import Distribution


@pytest.mark.parametrize("version", ["", "2024.09.22"])
def test_its_packages_are_those_of_arch(version):
    """It has no releases, whether or not its os-release has a VERSION_ID."""
    release = release_of(Distribution("endeavouros", version, id_like=("arch",)))
    assert (release.namespace, release.stand_in) == ("endeavouros", "arch")

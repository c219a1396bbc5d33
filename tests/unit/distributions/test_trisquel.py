import re

import pytest

from careen.matching.distributions import release_of
from careen.model.package import Distribution


@pytest.mark.parametrize(
    ("version", "parent"),
    [("8.0", "ubuntu:16.04"), ("10.0.1", "ubuntu:20.04"), ("11.0", "ubuntu:22.04"), ("12.0", "ubuntu:24.04")],
)
def test_its_packages_are_those_of_ubuntu(version, parent):
    release = release_of(Distribution("trisquel", version, id_like=("ubuntu",)))
    assert (release.namespace, release.stand_in) == (f"trisquel:{version.partition('.')[0]}", parent)


def test_packages_that_it_changed():
    changed = release_of(Distribution("trisquel", "11.0")).changed
    assert re.search(changed, "3.8.2-0ubuntu1.5+11.0trisquel12") and not re.search(changed, "3.0.2-0ubuntu1.10")


def test_an_unknown_release():
    """Its parent's release is not known."""
    assert release_of(Distribution("trisquel", "99.0")) is None

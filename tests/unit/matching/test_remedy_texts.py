"""The sentences of ``careen fix``."""

import pytest

from careen.matching.place import Obstacle
from careen.matching.remedy_texts import RefreshBase, obstacle_text


def test_a_newer_base_image():
    with_findings = RefreshBase(4, "debian:12", 3).text()
    assert with_findings == (
        "pull a newer build of the base image debian:12 (docker build --pull): "
        "4 findings have a fix that nothing in the image can install"
    )
    assert RefreshBase(0, "", 3).text() == (
        "pull a newer build of the base image (docker build --pull): "
        "it contains 3 of the packages to upgrade, and a newer build may have the fixes"
    )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("unsafe_name", "its name or its version would need quoting in a shell"),
        ("no_package_manager", "the image has no package manager"),
        ("no_archive", "the archives that the image names are the distribution's, which did not build it"),
        ("stored_image", "it is in another image, which this one stores"),
        ("owned", "its files belong to a package of the distribution"),
        ("bundled", "a part of npm, which contains its own copy"),
    ],
)
def test_obstacles(code, text):
    assert obstacle_text(Obstacle(code, "npm")) == text

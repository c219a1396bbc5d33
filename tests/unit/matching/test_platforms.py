import io

import pytest

from careen.matching.platforms import unassessed_platform
from careen.model.image import Image, ImageConfig, Layer, Platform


def image(platform):
    return Image("app:1", "image", "", platform, ImageConfig(), (Layer(0, "", "", 0, "", io.BytesIO),))


@pytest.mark.parametrize("platform", [None, Platform("linux", "amd64"), Platform("freebsd", "amd64")])
def test_what_is_assessed(platform):
    assert unassessed_platform(image(platform)) == ()


@pytest.mark.parametrize("system", ["windows", "darwin", "plan9"])
def test_what_is_not(system):
    (unknown,) = unassessed_platform(image(Platform(system, "amd64")))
    assert (unknown.code, unknown.whole_layer) == ("unsupported_platform", True)
    assert system in unknown.reason

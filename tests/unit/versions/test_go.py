import pytest
from tests.support.versions import assert_order

from careen.versions.go import VERSION_SCHEME


def test_modules():
    assert_order(
        VERSION_SCHEME,
        "v0.0.0-20180116102854-5a71ef0e047d",
        "v0.0.0-20190116102854-0123456789ab",
        "0.0.0 = v0.0.0 = 0",
        "v1.2.3-pre",
        "v1.2.3-pre.0.20200101000000-0123456789ab",
        "v1.2.3 = 1.2.3",
        "v1.2.4-0.20200101000000-0123456789ab",
        "v1.2.4",
        "v2.0.0+incompatible = v2.0.0 = 2.0.0",
        "v10.0.0",
    )


def test_toolchains_and_the_standard_library():
    assert_order(
        VERSION_SCHEME,
        "1.21.0-0",
        "go1.21beta1",
        "go1.21rc2 = 1.21.0-rc.2",
        "go1.21rc10",
        "go1.21 = go1.21.0 = 1.21.0",
        "go1.21.3 = go1.21.3-bigcorp = go1.21.3 X:boringcrypto = go1.21.3 (Red Hat 1.21.3-1.el9)",
        "go1.21.10",
    )


@pytest.mark.parametrize("text", ["(devel)", "devel +4b9c4c0b1e", "", "gopher", "go", "go1.x"])
def test_refuses(text):
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key(text)

import pytest
from tests.support.versions import assert_order

from careen.versions.nuget import VERSION_SCHEME, satisfies


def test_order():
    assert_order(
        VERSION_SCHEME,
        "1.0.0-2",
        "1.0.0-10",
        "1.0.0-alpha = 1.0-ALPHA = 1.0.0.0-Alpha+build",
        "1.0.0-alpha.1",
        "1.0.0-beta",
        "1.0.0-beta2",
        "1.0 = 1 = 1.0.0.0 = 1.00.0 = 1.0.0+x",
        "1.0.0.1-pre",
        "1.0.0.1",
        "1.0.1",
    )


@pytest.mark.parametrize("text", ["", "1.2.3.4.5", "a", "1.0-", "1..0"])
def test_refuses(text):
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key(text)


def test_intervals():
    assert satisfies("1.5", "1.0")
    assert not satisfies("0.9", "1.0")
    assert satisfies("1.0", "[1.0]")
    assert satisfies("2.0-rc", "[1.0,2.0)")
    assert not satisfies("1.0", "(1.0,)")
    assert satisfies("0.1", "(,1.0]")
    with pytest.raises(ValueError, match="interval"):
        satisfies("1.0", "(1.0)")

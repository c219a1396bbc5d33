import pytest
from tests.support.versions import assert_order

from careen.versions.alpm import VERSION_SCHEME


def test_order():
    assert_order(
        VERSION_SCHEME,
        "1.0alpha",
        "1.0beta",
        "1.0rc1",
        "1.0",
        "1.0-1",
        "1.0-1.1",
        "1.0-2",
        "1.0.a",
        "1.0.",
        "1.0.1",
        "1:0.1",
    )


def test_refuses_other_text():
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key("1 2")

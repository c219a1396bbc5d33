import pytest
from tests.support.versions import assert_order

from careen.versions.bitnami import VERSION_SCHEME


def test_revision_does_not_count():
    assert_order(VERSION_SCHEME, "2.3.0-9", "2.3.1 = 2.3.1-0 = 2.3.1-12 = 2.3.1-r3", "2.3.2-0")


def test_refuses_other_text():
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key("x")

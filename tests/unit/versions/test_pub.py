import pytest
from tests.support.versions import assert_order

from careen.versions.pub import VERSION_SCHEME


def test_builds_count():
    assert_order(VERSION_SCHEME, "1.2.3-a", "1.2.3", "1.2.3+9", "1.2.3+10", "1.2.3+a", "1.2.3+a.1", "1.2.4")


def test_refuses_other_text():
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key("1..")

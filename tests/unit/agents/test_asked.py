import msgspec
import pytest

from careen.agents.asked import Scan, SearchAdvisories


def test_arguments_that_are_not_known_are_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"reference": "a", "write_to": "b"}, Scan)


@pytest.mark.parametrize("limit", [0, 201, "x"])
def test_limits(limit):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"reference": "a", "limit": limit}, Scan)


def test_defaults():
    assert msgspec.convert({}, SearchAdvisories) == SearchAdvisories()

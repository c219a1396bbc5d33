import pytest

from careen.cli.exposure import _stand_in, formats
from careen.errors import UsageError


def test_an_image_in_place_of_another():
    assert _stand_in("shop:1=oci-layout:a=b") == ("shop:1", "oci-layout:a=b")


@pytest.mark.parametrize("text", ["shop:1", "shop:1=", "=x", ""])
def test_an_image_without_a_reference(text):
    with pytest.raises(UsageError, match="names no reference"):
        _stand_in(text)


def test_formats():
    assert {name: reporter.media_type for name, reporter in formats().items()} == {
        "table": "text/plain",
        "json": "application/json",
        "html": "text/html",
    }

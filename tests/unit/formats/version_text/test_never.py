import pytest

from careen.formats.version_text.never import is_never


@pytest.mark.parametrize(
    ("version", "never"),
    [
        ("99.999.99999", True), ("99.99.9999", True), ("999.999.999", True), ("999.99.9999", True),
        ("99.99.99", False), ("9.9.9999", False), ("99.999.9998", False), ("1.8.4", False), ("", False), (None, False),
    ],
)  # fmt: skip
def test_numbers_in_place_of_a_version(version, never):
    assert is_never(version) is never

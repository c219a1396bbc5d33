import pytest

from careen.formats.packages.npm_licences import MAX_NAME, npm_licences


@pytest.mark.parametrize(
    ("license", "licenses", "expected"),
    [
        ("(MIT OR Apache-2.0)", None, ["(MIT OR Apache-2.0)"]),
        ({"type": "MIT", "url": "x"}, None, ["MIT"]),
        (None, [{"type": "MIT"}, "ISC", 3, None, {}], ["MIT", "ISC"]),
        (None, {"type": "MIT"}, ["MIT"]),
        (7, True, []),
        (["MIT"], "", []),
        ("x" * 999, None, ["x" * MAX_NAME]),
    ],
)
def test_licences_in_the_words_of_the_metadata(license, licenses, expected):
    assert list(npm_licences(license, licenses)) == expected

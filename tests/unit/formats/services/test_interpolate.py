"""Variables in the text of Compose files."""

import pytest
from tests.support.work import ends

from careen.formats.services.interpolate import interpolate

VALUES = {"SET": "value", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("plain", "plain"), ("$SET", "value"), ("${SET}", "value"), ("a${SET}b$SET", "avaluebvalue"), ("$$SET", "$SET")),
        *(
            ("$UNSET", "$UNSET"),
            ("${UNSET}", "${UNSET}"),
            ("${EMPTY}", ""),
            ("$", "$"),
            ("a$ b", "a$ b"),
            ("${", "${"),
            ("${1}", "${1}"),
        ),
        *(("${UNSET:-x}", "x"), ("${EMPTY:-x}", "x"), ("${EMPTY-x}", ""), ("${UNSET-x}", "x"), ("${SET:-x}", "value")),
        *(("${SET:+x}", "x"), ("${EMPTY:+x}", ""), ("${EMPTY+x}", "x"), ("${UNSET+x}", ""), ("${SET:?no}", "value")),
        *(
            ("${UNSET:?no}", "${UNSET:?no}"),
            ("${UNSET?}", "${UNSET?}"),
            ("${UNSET:-${SET}}", "value"),
            ("${UNSET:-${U:-y}}", "y"),
        ),
        *(("${SET", "${SET"), ("${SET}}", "value}"), ('{"a": "${SET}"}', '{"a": "value"}'), ("${SET x}", "${SET x}")),
    ],
)
def test_interpolation(text, expected):
    assert interpolate(text, VALUES) == expected


def test_depth_and_length_are_borne():
    deep = "${A:-" * 1000 + "x" + "}" * 1000
    assert "x" in interpolate(deep, {})
    for text in ("${" * 300_000, "{" * 300_000 + "$", "${A:-" * 60_000 + "}" * 60_000):
        with ends():
            interpolate(text, {})

"""The oracle decides by the numbers of a version: a fix of its own release line counts, else the next higher fix."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careen.formats.feeds.secdb import fixes
from careen.matching.keys import Key
from careen.matching.ranges import match_of
from careen.versions.apk import VERSION_SCHEME

KEY = Key(VERSION_SCHEME)
PARTS = st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 3), st.integers(0, 1))


def text(parts):
    *numbers, revision = parts
    return f"{'.'.join(map(str, numbers))}-r{revision}"


@pytest.fixture(scope="module")
def affects(tmp_path_factory):
    file = tmp_path_factory.mktemp("secdb") / "main.json"

    def affects(fixed, installed, by_line=True):
        package = {"name": "jib", "secfixes": {version: ["CVE-2098-1"] for version in fixed}}
        file.write_text(json.dumps({"packages": [{"pkg": package}]}))
        (found,) = fixes(file, 1 << 20, "alpine", "alpine:3.18", "", by_line=by_line)
        return match_of(found, installed, KEY, frozenset()) is not None

    return affects


@given(st.lists(PARTS, min_size=1, max_size=4, unique=True), PARTS)
@settings(max_examples=300)
def test_the_fix_of_the_installed_line_counts(affects, fixed, installed):
    def line(parts):
        return parts[:2]

    own = [parts for parts in fixed if line(parts) == line(installed)]
    above = [parts for parts in fixed if line(parts) > line(installed)]
    expected = installed < max(own) if own else bool(above)
    assert affects(map(text, fixed), text(installed)) is expected


@pytest.mark.parametrize(
    ("fixed", "installed", "affected"),
    [
        (["2.4.2-r0", "2.2.10-r0"], "2.2.10-r1", False),
        (["2.4.2-r0", "2.2.10-r0"], "2.2.9-r7", True),
        (["2.4.2-r0", "2.2.10-r0"], "2.3_rc1-r0", True),
        (["2.4.2-r0", "2.2.10-r0"], "2.3.1-r0", True),
        (["2.4.2-r0", "2.2.10-r0"], "2.4.2-r0", False),
        (["0.4.0.5-r0", "0.3.5.8-r0"], "0.3.5.9-r0", False),
        (["9.26-r2", "9.26-r1"], "9.26-r1", True),
        (["20201112-r0", "20201110-r0"], "20201110-r0", True),
        (["4.91-r0", "4.90.1-r0"], "4.90.1-r0", True),  # it is unknown whether 4.91 is a line
    ],
)
def test_lines(affects, fixed, installed, affected):
    assert affects(fixed, installed) is affected


def test_elsewhere_the_highest_fix_counts(affects):
    assert affects(["2.4.2-r0", "2.2.10-r0"], "2.2.10-r1", by_line=False)

"""Matches at the dots of versions are those of ``finditer``, wherever a version begins."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careen.catalogers.binary import PROGRAMS, _compiled
from careen.catalogers.binary.at_dots import BEGINS, matches_at_dots

WANTED = [(program.version, loose.bytes) for program in PROGRAMS for loose in program.loose if loose.bytes.startswith(BEGINS)]
texts = st.lists(
    st.sampled_from(
        (b"v", b"1", b"22", b"333", b".", b"1.2", b"v1.2.3", b"4.5.6\0", b"-1", b"+ds1", b"\0", b"\0\0usage", b"x")
    ),
    max_size=30,
).map(b"".join)


@pytest.mark.parametrize("version", sorted({version for version, _ in WANTED}))
def test_the_versions_of_such_rules_begin_with_a_number_and_a_dot(version):
    assert re.match(r"(?:\\d|\[\d+(?:-\d)?\]|\d)(?:\{(?:\d|1,\d)\})?\\\.(?:\\d|\[|\d|\()", version), version


@settings(max_examples=400)
@given(st.sampled_from(sorted(set(WANTED))), texts, st.integers(0, 8), st.integers(0, 40))
def test_the_matches_are_those_of_finditer(rule, text, start, end):
    compiled = _compiled(rule[1], rule[0])
    expected = [match.span() for match in compiled.finditer(text, start) if match.start() < end]
    assert [match.span() for match in matches_at_dots(compiled, text, start, end)] == expected


def test_a_long_number_is_bounded():
    compiled = _compiled(BEGINS, r"\d{1,4}\.\d{1,4}")
    text = b"7" * 200_000 + b".1" + b"\0v1.2"
    assert [match[0] for match in matches_at_dots(compiled, text, 0, len(text))] == [b"7777.1", b"v1.2"]

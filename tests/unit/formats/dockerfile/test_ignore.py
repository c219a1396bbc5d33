import pytest

from careen.formats.dockerfile.ignore import MAX_LINES, left_out


@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        ("a", [], False),
        ("a", ["a"], True),
        ("a", ["# a", "", "b"], False),
        ("a/b/c", ["a"], True),
        ("a/b/c", ["a/b"], True),
        ("b/a", ["a"], False),
        ("b/a", ["**/a"], True),
        ("a", ["**/a"], True),
        ("c/b/a", ["c/**/a"], True),
        ("c/a", ["c/**"], True),
        ("c", ["c/**"], False),
        ("a.log", ["*.log"], True),
        ("b/a.log", ["*.log"], False),
        ("ab", ["a?"], True),
        ("a/b", ["a?b"], False),
        ("a.b", ["a.b"], True),
        ("axb", ["a.b"], False),
        ("a", ["a", "!a"], False),
        ("a/b", ["a", "!a/b"], False),
        ("a/b", ["!a/b", "a"], True),
        ("a", ["/a/"], True),
        ("a", ["./a"], True),
        ("a", ["#"] * MAX_LINES + ["a"], False),
    ],
)
def test_the_last_pattern_that_matches_decides(path, lines, expected):
    assert left_out(path, lines) is expected

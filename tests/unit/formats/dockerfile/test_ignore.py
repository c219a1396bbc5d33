import pytest
from tests.support.work import ends

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
        ("b", ["[a-c]"], True),
        ("b", ["[^a-c]"], False),
        ("c/b/a", ["**"], True),
        ("a" * 5000, ["*"], False),
    ],
)
def test_the_last_pattern_that_matches_decides(path, lines, expected):
    assert left_out(path, lines) is expected


def test_a_pattern_of_many_stars_takes_linear_time():
    with ends("a hostile pattern"):
        assert not left_out("a" * 200, ["*a" * 100 + "b"])
        assert not left_out("/".join("a" * 40), ["**/a/" * 40 + "b"])

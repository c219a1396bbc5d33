import pytest

from careen.model.excluded import Excluded


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("node_modules", "node_modules", True),
        ("./node_modules/", "node_modules", True),
        ("./node_modules/**", "node_modules", True),
        ("node_modules", "app/node_modules", False),
        ("**/node_modules", "app/x/node_modules", True),
        ("docs/*.md", "docs/a.md", True),
        ("docs/*.md", "docs/x/a.md", False),
        ("", "a", False),
        ("/", "a", False),
    ],
)
def test_a_pattern_is_a_path_from_the_folder_on(pattern, path, covered):
    assert Excluded((pattern,)).covers(path) is covered


def test_what_was_left_out_is_reported_once():
    excluded = Excluded(("a", "b*"))
    assert list(excluded.unknowns()) == []
    assert [excluded.covers(path) for path in ("a", "b1", "b2", "c")] == [True, True, True, False]
    (unknown,) = excluded.unknowns()
    assert (unknown.code, unknown.reason) == ("excluded", "--exclude leaves out 3 places: a, b*")

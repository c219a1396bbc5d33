import pytest

from careen.matching.place import is_safe


@pytest.mark.parametrize(
    ("path", "expected"),
    [("", True), ("srv/app-1.0_x/@s", True), ("srv/my app", False), ("$(id)", False), ("a/../b", False), ("a..b", True)],
)
def test_paths_that_need_no_quoting(path, expected):
    assert is_safe(path) == expected

from hypothesis import given
from hypothesis import strategies as st

from careen.safety.glob import matched

PARTS = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=5)


@given(PARTS)
def test_a_path_matches_itself_and_any_depth(parts):
    path = "/".join(parts)
    assert matched(path, path)[-1]
    assert matched("**", path) == [True] * (len(parts) + 1)
    assert matched(f"**/{parts[-1]}", path)[-1]


def test_a_star_stays_within_a_folder():
    assert matched("a/*", "a/b/c") == [False, False, True, False]
    assert not any(matched("*/c", "a/b/c"))


def test_many_stars_take_no_longer():
    assert not any(matched("/".join(["**", "a"] * 200) + "/z", "/".join(["a"] * 400)))

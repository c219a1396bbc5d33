"""What turns one name into another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.behaviour.lookalikes.techniques import Slip, latin, skeleton, slip, words_of


@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [
        ("ab", "ab", None),
        ("abcd", "ab", None),
        ("acb", "abc", Slip("transposition", 1)),
        ("ac", "abc", Slip("omission", 1)),
        ("abbc", "abc", Slip("repetition", 2)),
        ("abvc", "abc", Slip("keyboard", 2)),
        ("abpc", "abc", Slip("added letter", 2)),
        ("anc", "abc", Slip("keyboard", 1)),
        ("abc", "abe", Slip("replaced letter", 2)),
        ("ebc", "abc", Slip("vowel", 0)),
        ("bcde", "abcd", None),
        ("", "a", Slip("omission", 0)),
        ("a", "", Slip("added letter", 0)),
    ],
)
def test_slips(name, target, expected):
    assert slip(name, target) == expected


@given(st.text("abcqw-", min_size=1, max_size=8), st.data())
def test_each_single_step_is_a_slip(target, data):
    place = data.draw(st.integers(0, len(target) - 1))
    letter = data.draw(st.sampled_from("abcqwz"))
    made = data.draw(
        st.sampled_from(
            [
                target[:place] + target[place + 1 :],
                target[:place] + letter + target[place:],
                target[:place] + letter + target[place + 1 :],
            ]
        )
    )
    assert (slip(made, target) is None) == (made == target)


def test_letters_that_look_alike():
    assert skeleton("c0rn") == skeleton("com") == "com"
    assert latin("Ｒéquеsts") == "requests"
    assert words_of("@types/node-fetch_x.y") == ("@types/node", "fetch", "x", "y")

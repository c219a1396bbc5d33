"""The items of an entry, and their words."""

from hypothesis import given
from hypothesis import strategies as st

from careen.behaviour.undisclosed.items import MAX_ITEMS, features_of, items_of

ENTRY = """

  [ A B ]
  * Fix one
    of two (CVE-2024-0001).
    - inner item
  * Last

 -- A B <a@example.org>  Tue, 07 May 2024 17:23:01 +0000
"""


def test_items_are_lines_without_marks():
    assert list(items_of(ENTRY)) == ["Fix one of two (CVE-2024-0001).", "inner item", "Last"]


def test_names_numbers_and_addresses_are_no_words():
    assert features_of("Fixes crash (Closes: #123) CVE-2024-0001 https://example.org/x 1.2.3") == ("fix", "crash", "fix crash")


@given(st.text())
def test_any_text_has_items(text):
    items = list(items_of(text))
    assert len(items) <= MAX_ITEMS
    assert all(feature == feature.lower() for item in items for feature in features_of(item))

"""Addresses that differ in a filter."""

from hypothesis import given
from hypothesis import strategies as st

from careen.server.pages.place import Place, local


def test_another_filter_begins_on_the_first_page():
    place = Place.of("/projects/1/images?sort=risk&cursor=abc&notice=saved")
    assert place.url(severity="high") == "/projects/1/images?sort=risk&severity=high"
    assert place.toggled("sort", "risk") == "/projects/1/images"
    assert place.url(cursor="d") == "/projects/1/images?sort=risk&cursor=d"
    assert place.here == "/projects/1/images?sort=risk&cursor=abc&notice=saved"


@given(st.text(max_size=40), st.text(min_size=1, max_size=40))
def test_an_address_carries_any_value(name, value):
    made = Place("/projects/1/images/sha256:1").url(q=value, after=name)
    assert made.isascii()
    assert Place.of(made).get("q") == value


@given(st.text(max_size=60))
def test_local_addresses_are_local(text):
    found = local(text)
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))

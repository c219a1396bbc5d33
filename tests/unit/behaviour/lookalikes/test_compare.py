"""Which names imitate which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.behaviour.lookalikes.compare import imitated
from careen.behaviour.lookalikes.popular import TYPES, names_of, spelled


@pytest.mark.parametrize(
    ("type", "name", "target", "technique"),
    [
        ("pypi", "reqeusts", "requests", "transposition"),
        ("pypi", "requsts", "requests", "omission"),
        ("pypi", "requestss", "requests", "repetition"),
        ("pypi", "requesrs", "requests", "keyboard"),
        ("pypi", "requosts", "requests", "vowel"),
        ("pypi", "rеquests", "requests", "homoglyph"),
        ("pypi", "co1orama", "colorama", "similar letters"),
        ("pypi", "pythondateutil", "python-dateutil", "separators"),
        ("pypi", "dateutil-python", "python-dateutil", "word order"),
        ("pypi", "requests-official", "requests", "added word"),
        ("npm", "crossenv", "cross-env", "separators"),
        ("npm", "@bable/core", "@babel/core", "transposition"),
        ("npm", "types-react", "@types/react", "scope"),
        ("npm", "mongose", "mongoose", "omission"),
        ("golang", "github.com/strechr/testify", "github.com/stretchr/testify", "omission"),
        ("gem", "active-support", "activesupport", "separators"),
    ],
)
def test_techniques(type, name, target, technique):
    found = imitated(type, name)
    assert found is not None
    assert (found.target, found.technique) == (target, technique)


@pytest.mark.parametrize(
    ("type", "name"),
    [
        ("pypi", "python_dateutil"),  # the same package, in another spelling
        ("pypi", "Requests"),
        ("pypi", "websocketd"),  # packaged by Debian
        ("pypi", "jsontwo"),
        ("npm", "preact-is"),  # a word of its own
        ("npm", "json8"),  # another version
        ("npm", "cli-spinner"),  # singular
        ("golang", "github.com/redis/go-redis/v7"),
        ("deb", "reqeusts"),  # no list
    ],
)
def test_honest_names(type, name):
    assert imitated(type, name) is None


@pytest.mark.parametrize("type", TYPES.values())
def test_no_popular_name_imitates_another(type):
    assert [name for name in names_of(type).popular if imitated(type, name)] == []


@given(st.sampled_from(sorted(TYPES.values())), st.text(max_size=300))
def test_any_text_is_compared(type, name):
    found = imitated(type, name)
    assert found is None or (found.name == spelled(type, name) and found.target in names_of(type).popular)


def test_a_name_that_no_registry_allows_is_not_compared():
    assert imitated("npm", "a-" * 1_000_000) is None
    assert imitated("pypi", "-" * 1_000_000) is None

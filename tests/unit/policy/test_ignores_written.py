from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from careen.policy.ignore_files import read_ignores
from careen.policy.ignores import Ignore
from careen.policy.ignores_written import as_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)
RULES = st.builds(
    Ignore,
    id=st.from_regex(r"CVE-\d{4}-\d{1,6}", fullmatch=True),
    source=st.just(""),
    package=st.none() | TEXT,
    purl=st.none() | TEXT,
    until=st.none() | st.dates(date(2000, 1, 1)),
    reason=TEXT | st.just(""),
    version=st.none() | TEXT,
    paths=st.lists(TEXT, max_size=3).map(tuple),
    layer=st.none() | st.integers(0, 100),
    fix=st.sets(st.sampled_from(["fixed", "open", "wont_fix"])).map(frozenset),
    kinds=st.sets(st.sampled_from(["vulnerability", "secret"])).map(frozenset),
    owner=st.none() | TEXT,
)


@given(st.lists(RULES, min_size=1, max_size=4))
def test_what_is_written_is_read_back(rules):
    found = read_ignores(as_yaml(rules), "x")
    assert [replace(rule, source="") for rule in found] == rules


def test_types_become_patterns_of_purls():
    rule = Ignore("*", "", package="a", types=frozenset(("npm", "deb")))
    assert [(found.id, found.package, found.purl) for found in read_ignores(as_yaml([rule]), "x")] == [
        ("*", "a", "pkg:deb/*"),
        ("*", "a", "pkg:npm/*"),
    ]


def test_no_rule():
    assert read_ignores(as_yaml(()), "x") == ()

import pytest

from careen.matching.npm_places import Projects
from careen.matching.override_keys import NOTHING, keyed
from careen.matching.place import Place
from careen.model.package import Evidence, Package
from careen.model.projects import Project

AT = Place("npm overrides", "/app", "dockerfile")


def keys(*moves, there=(), own=(), installed=NOTHING, at=AT):
    packages = [
        Package("npm", None, "x", version, evidence=(Evidence(f"app/node_modules/{number}/node_modules/x/package.json", 0),))
        for number, version in enumerate(dict.fromkeys((*(old for old, _ in moves), *there)))
    ]
    known = Projects(packages, (Project("app", tuple((name, "*") for name in own) or (("y", "1"),)),))
    return keyed(at, [("x", old, to) for old, to in moves], known, installed)


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([("1.0.0", "1.2.0")], [("x@<1.2.0", "1.2.0")]),
        ([("3.10.1", "4.17.21")], [("x@<4", "4.17.21")]),
        ([("0.0.8", "1.2.6")], [("x@<1", "1.2.6")]),
        ([("3.0.0", "5.0.1"), ("4.1.0", "5.0.1")], [("x@<5", "5.0.1")]),
        ([("3.0.0", "3.0.1"), ("4.1.0", "4.1.1")], [("x@>3.0.1 <4.1.1", "4.1.1"), ("x@<3.0.1", "3.0.1")]),
        ([("1.0.0", "2.5.0"), ("4.1.0", "4.1.1")], [("x@>1 <4.1.1", "4.1.1"), ("x@<2", "2.5.0")]),
        ([("1.0.0-rc.1", "1.0.0")], [("x@1.0.0-rc.1", "1.0.0")]),
    ],
)
def test_a_range_ends_within_the_line_of_the_copies(moves, expected):
    assert keys(*moves) == expected


def test_copies_that_become_what_is_there_are_replaced_by_name():
    assert keys(("3.0.0", "6.0.3"), there=("6.0.3",)) == [("x", "6.0.3")]
    assert keys(("3.0.0", "6.0.3"), there=("6.0.3", "7.0.0")) == [("x@<4", "6.0.3")]  # it would replace 7.0.0, too
    assert keys(("3.0.0", "6.0.3"), there=("6.0.3",), own=("x",)) == [("x", "$x")]
    assert keys(("3.0.0", "6.0.3"), installed={"x": "6.0.3"}) == [("x", "$x")]
    assert keys(("3.0.0", "6.0.3"), there=("6.0.3",), at=Place("pnpm overrides", "/app")) == [("x@<4", "6.0.3")]


def test_a_range_leaves_what_the_project_itself_asks_for():
    assert keys(("9.0.0", "9.1.0"), installed={"x": "2.0.0"}) == [("x@>8 <9.1.0", "9.1.0")]
    assert keys(("3.10.1", "4.17.21"), own=("x",)) == [("x@>2 <4", "4.17.21")]
    assert keys(("0.0.8", "1.2.6"), own=("x",)) == [("x@<1", "1.2.6")]


def test_yarn_and_bun_know_names_alone():
    for manager in ("yarn resolutions", "bun overrides"):
        assert keys(("1.0.0", "2.0.0"), ("1.5.0", "2.0.0"), at=Place(manager, "/app")) == [("x", "2.0.0")]

"""Entries of a layer's archive that engines read differently."""

import pytest

from careen.formats.archives.tar import Member
from careen.layers.oddities import MOST, Oddities


def found(odd, *paths, links=()):
    rows = {path: ("l" if path in links else "f", 0, 0, 0, 0, "") for path in paths}
    unknowns = odd.unknowns(rows, sorted(paths))
    assert all((unknown.cataloger, unknown.code) == ("layer", "ambiguous_archive") for unknown in unknowns)
    return [(unknown.evidence.path, unknown.whole_layer) for unknown in unknowns]


def header(name, path="x"):
    return Member(path, "g", 0o644, 0, 0, 0, "", 0, None, False, name)


def test_nothing_odd():
    assert found(Oddities(), "a", "b", "ab/c") == []


@pytest.mark.parametrize(
    ("name", "rows", "removes"),
    [
        ("pax_global_header", (), False),
        ("a/@PaxHeader", (), False),
        ("/tmp/GlobalHead.12.1", (), False),
        ("pax_global_header", ("x",), True),
        ("etc/passwd", (), True),
    ],
)
def test_global_headers_that_may_remove_a_file(name, rows, removes):
    odd = Oddities()
    assert odd.is_removal(header(name), rows) is removes
    assert found(odd) == ([(name, True)] if removes else [])


def test_a_hard_link_to_a_later_entry():
    odd = Oddities()
    odd.link("early", "a", there=False)
    odd.link("late", "b", there=True)
    odd.link("lost", "none", there=False)
    assert found(odd, "a", "b", "early", "late") == [("early", True)]


def test_a_shared_file_that_is_replaced():
    odd = Oddities()
    odd.link("link", "a", there=True)
    odd.replaced("b")
    assert found(odd, "a", "b") == []
    odd.replaced("a")
    assert found(odd, "a", "b") == [("a", True)]


def test_an_entry_below_a_link():
    assert found(Oddities(), "lib", "lib/x", "lib/y", links=["lib"]) == [("lib/x", False)]
    assert found(Oddities(), "lib", "lib-x", "libx", links=["lib"]) == []
    assert found(Oddities(), "lib", "lib/x") == []


def test_names_and_whiteouts():
    odd = Oddities()
    odd.outside("../a")
    odd.removed("b")
    assert found(odd) == [("../a", False), ("b", False)]


def test_many_of_a_reason_are_counted():
    odd = Oddities()
    for number in range(MOST):
        odd.outside(f"../{number}")
    assert len(found(odd)) == MOST
    odd.outside("../more")
    (unknown,) = odd.unknowns({}, [])
    assert (unknown.evidence.path, unknown.reason.endswith(f"({MOST + 1} times)")) == ("../0", True)

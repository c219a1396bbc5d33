"""Files that readers see under other names than those at which a layer has their content."""

import pytest

from careen.layers.aliases import Alias, More, at_most, end_of, read_aliases, with_more
from careen.layers.dispatch import Wanted
from careen.layers.verified import read_again
from careen.model.delta import Delta, FileTable
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Reader, Wants
from careen.safety.budget import Budget, Limits
from tests.support.images import make_layer

from .helpers import layer_of


def shown(file):
    yield f"{file.path}: {file.data.decode()}"


def broken(file):
    yield Unknown("x", Evidence(f"{file.path}!/inner", 0), "broken")
    raise ValueError("worse")


def wanted(read, root=""):
    return Wanted("x", Reader(Wants(), read), root)


def found(files, *aliases, limits=Limits()):  # noqa: B008
    layer = layer_of(make_layer(files))
    more, walked = read_aliases(aliases, lambda select: read_again(layer, select, Budget(limits)))
    return more, walked


def test_a_reader_sees_the_name_and_the_facts_are_shown_at_a_place_and_layer_of_their_own():
    more, _ = found({"a": b"1", "b": b"2"}, Alias("etc/x", "a", wanted(shown), "shown", 3), Alias("y", "b", wanted(shown), "y"))
    assert {layer: one.facts for layer, one in more.items()} == {
        3: {"x": [("shown", "etc/x: 1")]},
        0: {"x": [("y", "y: 2")]},
    }


def test_a_file_is_read_once_for_each_reader():
    calls = []

    def read(file):
        calls.append(file.path)
        yield 1

    aliases = [Alias(f"n{number}", "a", wanted(read), f"n{number}") for number in range(5)]
    more, _ = found({"a": b""}, *aliases)
    assert calls == ["n0"]
    assert [path for path, _ in more[0].facts["x"]] == [f"n{number}" for number in range(5)]


def test_each_name_has_the_root_in_which_it_is_wanted():
    more, _ = found({"a": b""}, Alias("n", "a", wanted(shown), "n"), Alias("r/n", "a", wanted(shown, "r"), "r/n"))
    assert more[0].roots == {"x": {"r/n": "r"}}


def test_what_cannot_be_read_is_unknown_under_each_name_with_the_place_inside_of_the_file():
    more, _ = found({"a": b""}, Alias("n", "a", wanted(broken), "n"), Alias("m", "a", wanted(broken), "m"))
    assert sorted(unknown.evidence.path for unknown in more[0].unknowns) == ["m", "m!/inner", "n", "n!/inner"]


def test_copies_are_charged():
    aliases = [Alias(f"n{number}", "a", wanted(shown), f"n{number}") for number in range(50)]
    more, _ = found({"a": b""}, *aliases, limits=Limits(facts=20))
    assert len(more[0].facts["x"]) <= 21
    assert [unknown.code for unknown in more[0].unknowns] == ["over_budget"]


def test_more_is_merged_in_the_order_of_the_paths():
    delta = Delta("", None, FileTable(), {"x": (("b", 1),)}, roots={"x": {"b": "r"}})
    merged = with_more(delta, More({"x": [("c", 2), ("a", 3)], "y": [("d", 4)]}, {"x": {"a": "q"}}))
    assert merged.facts == {"x": (("a", 3), ("b", 1), ("c", 2)), "y": (("d", 4),)}
    assert merged.roots == {"x": {"b": "r", "a": "q"}}
    assert delta.facts == {"x": (("b", 1),)}


def test_links_in_a_circle_end():
    assert end_of("a", {"a": "b", "b": "c"}) == "c"
    assert end_of("a", {"a": "b", "b": "a"}) in ("a", "b")


@pytest.mark.parametrize(("count", "codes"), [(2, 2), (3, 3), (4, 4), (100, 4)])
def test_at_most(count, codes):
    unknown = Unknown("x", Evidence("p", 0), "r")
    listed = at_most((unknown for _ in range(count)), 3)
    assert len(listed) == codes
    assert (listed[-1].code == "over_budget") == (count > 3)

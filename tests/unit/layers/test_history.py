"""The packages of one cataloger after each layer."""

from careen.layers.history import History, key_of, place_of
from careen.model.delta import Fact
from careen.model.inventory import Unknown
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, Owned

DATABASE = "var/lib/db/status"


def package(name, version="1", path=DATABASE):
    return Package("x", None, name, version, cataloger="x", evidence=(Evidence(path, 0),))


def join(facts):
    for fact in facts:
        yield package(*fact.value, path=fact.path)


def owns(facts):
    for fact in facts:
        yield Owned(fact.value[0], "1", None, [fact.value[0]])


def history(*layers, **ecosystem):
    """``layers``: for each, the visible facts after it, as (path, name) or (path, name, root)."""
    found = History(Cataloger("x", Ecosystem("x", "x", **ecosystem), (), join=join, owns=owns))
    for index, visible in enumerate(layers):
        found.after_layer(index, [Fact(path, index, (name,), *root) for path, name, *root in visible])
    return found


def test_a_package_keeps_the_layer_that_introduced_it_while_it_stays():
    found, _ = history([("p", "a")], [("p", "a"), ("p", "b")], [("p", "b")], [("p", "a"), ("p", "b")]).result()
    assert {one.name: one.evidence[0].layer for one in found} == {"a": 3, "b": 1}


def test_a_database_that_goes_leaves_its_packages_with_their_layers():
    found, shadowed = history([(DATABASE, "a")], [(DATABASE, "a"), (DATABASE, "b")], [], distribution=True).result()
    assert {one.name: one.evidence[0].layer for one in found} == {"a": 0, "b": 1}
    assert shadowed == {key_of(one): ("var/lib/db", 2) for one in found}


def test_a_database_that_comes_back_has_lost_nothing():
    found, shadowed = history([(DATABASE, "a")], [], [(DATABASE, "a")], distribution=True).result()
    assert ([one.evidence[0].layer for one in found], shadowed) == ([2], {})


def test_packages_of_a_language_are_gone_with_their_files():
    assert history([("p", "a")], []).result() == ([], {})


def test_the_files_of_each_root_are_apart_also_those_of_a_lost_database():
    found = history([(DATABASE, "a"), ("r/" + DATABASE, "b", "r")], [(DATABASE, "a")], distribution=True)
    assert [(root, owned.name) for root, owned in found.owned_by_root()] == [("", "a"), ("r", "b")]
    assert [(one.name, found.root_of(one)) for one in found.result()[0]] == [("a", ""), ("b", "r")]


def test_a_join_that_fails_is_unknown():
    def fail(facts):
        yield package("a")
        raise ValueError("damaged")

    found = History(Cataloger("x", Ecosystem("x", "x"), (), join=fail))
    found.after_layer(0, [Fact("p", 0, None)])
    assert [(one.evidence.path, one.reason) for one in found.trouble] == [("p", "damaged")]
    assert [place_of(one) for one in found.result()[0]] == [DATABASE]


def test_files_of_one_database_lie_in_several_folders():
    for other in ("var/lib/db/info/a", "var/lib/db/status.d/a", "var/lib/db/updates/1"):
        found = history([(DATABASE, "a"), (other, "b")], [(other, "b")], distribution=True)
        assert {one.name for one in found.result()[0]} == {"b"}
        assert found.before == {}


def test_facts_that_cannot_be_joined_are_unknown_at_the_first():
    def broken(facts):
        raise ValueError("odd")

    found = History(Cataloger("x", Ecosystem("x", "x"), (), join=broken))
    found.after_layer(0, [Fact("a", 3, ("n",))])
    assert found.trouble == (Unknown("x", Evidence("a", 3), "odd"),)
    found.after_layer(1, [])
    assert found.trouble == (Unknown("x", Evidence("", 0), "odd"),)


def test_facts_that_are_packages_have_their_layer_and_path():
    found = History(Cataloger("x", Ecosystem("x", "x"), ()))
    found.after_layer(2, [Fact("a", 2, Package("x", None, "n", "1"))])
    (one,) = found.result()[0]
    assert one.evidence == (Evidence("a", 2),)


def test_a_package_without_evidence_has_no_place():
    assert place_of(Package("x", None, "n", "1")) == ""

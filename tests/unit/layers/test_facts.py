from careen.layers.facts import Facts, visible_in
from careen.layers.squash import squash
from careen.model.delta import Delta, FileTable
from careen.plugins import Cataloger, Ecosystem

CATALOGERS = [
    Cataloger("x", Ecosystem("", ""), ()),
    Cataloger("a", Ecosystem("", ""), (), role="system"),
    Cataloger("b", Ecosystem("", ""), (), role="system"),
]


def delta(*paths, gone=(), roots=None, **facts):
    rows = sorted(paths)
    table = FileTable("\0".join(rows), "f" * len(rows), bytes(2 * len(rows)), bytes(8 * len(rows)), bytes(8 * len(rows)))
    found = {name: tuple(sorted(pairs.items())) for name, pairs in facts.items()}
    return Delta("", None, table, found, gone, roots=roots or {})


def facts_of(*deltas):
    facts = Facts(squash(deltas), CATALOGERS)
    seen = []
    facts.replay(lambda layer, name: seen.append((layer, name, [fact.path for fact in facts.of(name)])))
    return facts, seen


def test_only_catalogers_whose_facts_change_are_called_for_after_each_layer():
    _, seen = facts_of(delta("f", x={"f": 1}), delta("g", a={"g": 1}), delta("f"), delta("h"), delta(gone=("g",)))
    assert seen == [(0, "x", ["f"]), (1, "a", ["g"]), (2, "x", []), (4, "a", [])]


def test_facts_have_their_layer_and_root():
    facts, _ = facts_of(delta("r/f", "f", x={"r/f": 1, "f": 2}, roots={"x": {"r/f": "r"}}), delta("f", x={"f": 3}))
    assert [(fact.path, fact.layer, fact.value, fact.root) for fact in facts.of("x")] == [("f", 1, 3, ""), ("r/f", 0, 1, "r")]


def test_several_values_of_one_file_stay_in_their_order():
    found = Delta("", None, delta("f").table, {"x": (("f", 2), ("f", 1))})
    assert [fact.value for fact in facts_of(found)[0].of("x")] == [2, 1]


def test_facts_of_a_role_are_those_of_all_its_catalogers():
    facts, _ = facts_of(delta("f", "g", a={"f": 1}, b={"g": 2}, x={"f": 3}), delta("f"))
    assert [fact.value for fact in facts.of_role("system")] == [2]
    assert list(facts.in_layer("system", 0)) == [("f", 1), ("g", 2)]  # hidden ones too
    assert facts.of_role("secrets") == []


def test_what_is_visible_without_a_replay():
    tree = squash([delta("r/f", "g", x={"r/f": 1, "g": 2}, roots={"x": {"r/f": "r"}}), delta("g")])
    assert list(visible_in(tree, "x")) == [("r/f", "r")]

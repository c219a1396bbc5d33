"""Whether a fix is in: the rule by which a finding may be suppressed."""

import pytest

np = pytest.importorskip("numpy")

from careen.origin.fixes import (  # noqa: E402
    Change,
    Fix,
    FixState,
    Looked,
    damage_of,
    in_order,
    in_program,
    in_source,
    marked,
)

CVE = "CVE-2024-1"
OLD, NEW = range(10), range(100, 104)


def packed(numbers=()) -> bytes:
    return np.array(sorted(numbers), "<u8").tobytes()


def change(path="src/parser.c", old=OLD, new=NEW, **more):
    return Change(path, packed(old), packed(new), **{name: packed(numbers) for name, numbers in more.items()})


def file(*features, path="vendor/parser.c", originals=("src/parser.c",)):
    return Looked(path, originals, frozenset(number for part in features for number in part))


def state(changes, *files):
    found = in_source([Fix("lib", CVE, tuple(changes))], files)
    return found[0].state if found else None


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ((NEW,), "fixed"),
        ((NEW, range(1000, 1100)), "fixed"),
        ((NEW[:-1],), "unknown"),  # a part of the fixed form
        ((NEW, OLD[:1]), "unknown"),
        ((OLD,), "vulnerable"),
        ((OLD[:3],), "vulnerable"),
        ((OLD[:2],), "unknown"),
        ((OLD, NEW[:1]), "unknown"),
        ((), "unknown"),
    ],
)
def test_one_change_in_one_file(features, expected):
    assert state([change()], file(*features)) == expected


def test_a_fixed_copy_of_a_renamed_file_does_not_hide_the_one_before():
    """Revisions of the package fix the same CVE in ``parser.c`` and in ``parser_legacy.c``, which it became."""
    fixes = [Fix("lib", CVE, (change(),)), Fix("lib", CVE, (change("src/parser_legacy.c"),))]
    edited = file(range(500, 510))
    copy = file(NEW, path="fixed/parser.c", originals=("src/parser.c", "src/parser_legacy.c"))
    assert [found.state for found in in_source(fixes, [edited, copy])] == ["unknown"]
    assert [found.state for found in in_source(fixes, [copy])] == ["fixed"]


def test_every_change_has_to_be_there():
    other = change("src/lexer.c", range(20, 30), range(200, 204))
    lexer = file(range(200, 204), path="vendor/lexer.c", originals=("src/lexer.c",))
    assert state([change(), other], file(NEW), lexer) == "fixed"
    assert state([change(), other], file(NEW)) == "unknown"
    assert state([change(), other], file(NEW), file(range(20, 30), originals=("src/lexer.c",))) == "unknown"


def test_every_copy_of_a_file_has_to_be_fixed():
    assert state([change()], file(NEW), file(NEW, path="vendor/again/parser.c")) == "fixed"
    assert state([change()], file(NEW), file((), path="vendor/again/parser.c")) == "unknown"
    assert state([change()], file(NEW), file(OLD, path="vendor/again/parser.c")) == "vulnerable"


def test_a_file_beside_it_does_not_count():
    assert state([change()], file(NEW, originals=("src/decoy.c",))) is None
    assert state([change()], file(OLD), file(NEW, path="vendor/decoy.c", originals=("src/decoy.c",))) == "vulnerable"


def test_a_change_that_only_removes_code_is_never_called_fixed():
    assert state([change(new=())], file(())) == "unknown"
    assert state([change(new=())], file(OLD)) == "vulnerable"


def test_what_a_later_patch_brings_back_is_harmless():
    assert state([change(harmless=OLD[:1])], file(NEW, OLD[:1])) == "fixed"


def test_revisions_that_contradict_each_other_decide_nothing():
    one, other = Fix("lib", CVE, (change(),)), Fix("lib", CVE, (change(old=range(50, 60), new=OLD),))
    assert [found.state for found in in_source([one, other], [file(OLD)])] == ["unknown"]
    assert [found.state for found in in_source([one], [file(OLD)])] == ["vulnerable"]


def test_a_program_is_looked_up_by_its_literals():
    fix = Fix("lib", CVE, (change(vulnerable_texts=(1, 2), fixed_texts=(3,)),))
    found = [[one.state for one in in_program([fix], frozenset(texts))] for texts in ((3,), (1, 2), (1, 3), (9,))]
    assert found == [["fixed"], ["vulnerable"], [], []]
    assert in_program([Fix("lib", CVE, (change(),))], frozenset((3,))) == ()


def test_only_what_trusted_fixes_state_is_trusted():
    states = (FixState("CVE-1", "fixed", "a"), FixState("CVE-2", "fixed", "b"))
    trusted = (FixState("CVE-1", "fixed", "c"), FixState("CVE-2", "unknown", "d"))
    assert [found.is_trusted for found in marked(states, trusted)] == [True, False]


def test_fixes_of_a_file_are_in_order_and_whole():
    one, other = Fix("a", CVE, (change(),)), Fix("b", CVE, (change(),))
    assert in_order([other, one, other]) == (one, other)
    assert damage_of((one, other)) == ""
    assert damage_of((other, one)) == "is not in order"
    assert damage_of((Fix("a", CVE, (Change("x", b"123", b""),)),)) == "has hashes that are cut short"

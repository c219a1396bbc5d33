"""The set of secret vectors: large enough, the same each time, and true to itself."""

import re

import pytest
from benchmarks.secret_vectors import places
from benchmarks.secret_vectors.draws import Draws
from benchmarks.secret_vectors.kinds import HALVES, kinds
from benchmarks.secret_vectors.vectors import vectors

KINDS = kinds()
OF_EACH = 40  # secrets, and near-misses


@pytest.fixture(scope="module")
def made():
    return {kind.name: list(vectors(kind)) for kind in KINDS}


def test_the_set_is_broad():
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 70


def test_each_kind_has_enough_of_both(made):
    counts = {name: [vector.is_secret for vector in of_kind] for name, of_kind in made.items()}
    assert {name for name, flags in counts.items() if flags.count(True) < OF_EACH or flags.count(False) < OF_EACH} == set()


def test_secrets_differ_and_stand_in_their_texts(made):
    for name, of_kind in made.items():
        secrets = [vector.value for vector in of_kind if vector.is_secret]
        assert len(set(secrets)) == len(secrets), name
    assert [vector for of_kind in made.values() for vector in of_kind if vector.value not in vector.text] == []


def test_secrets_do_not_look_like_samples(made):
    """Zeros are written as A in base64: a row of them is ordinary."""
    sample = re.compile(r"EXAMPLE|example|12345|abcde|([^A])\1{7}")
    secrets = [vector.value.split("\\n")[0] for of_kind in made.values() for vector in of_kind if vector.is_secret]
    assert [value for value in secrets if sample.search(value.splitlines()[0].replace("-----", ""))] == []


def test_the_set_is_the_same_each_time(made):
    kind = KINDS[0]
    assert list(vectors(kind)) == made[kind.name]
    assert list(vectors(kind, "2")) != made[kind.name]


def test_random_texts_are_the_same_everywhere():
    """On every supported version of Python: a measurement can be repeated."""
    draws = Draws("a seed")
    assert draws.filled("(live|test)_{hex12}-{digits4}-{uuid}") == "test_b4d895765fa2-3727-39a149db-48b1-4c25-b7c5-3c82174d519a"
    assert draws.shuffled(range(8)) == [0, 3, 7, 1, 2, 5, 4, 6]
    assert draws.bytes(4).hex() == "86d368c3"


def test_the_half_of_a_kind_depends_on_its_name_alone():
    halves = {kind.name: kind.half for half in ("development", "held_out") for kind in kinds(half)}
    assert halves["npm-token"] == "held_out"
    assert halves["pypi-token"] == "development"
    assert {kind.name for kind in kinds("held_out")} == {name for name, half in halves.items() if half == "held_out"}
    assert min(len(kinds("development")), len(kinds("held_out"))) > len(halves) / 3


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.wrong], ids=lambda kind: kind.name)
def test_a_wrong_value_is_another_one(kind):
    for number in range(10):
        draws = Draws(f"wrong/{number}")
        value = kind.made(draws)
        assert [why for why, change in kind.wrong if change(draws, value) == value] == []


def test_every_text_is_used():
    package = places.TEXTS.parent
    words = {word for path in package.rglob("*.py") for word in re.findall(r"[a-z]+(?:-[a-z]+)*", path.read_text("utf-8"))}
    assert [path.name for path in places.TEXTS.rglob("*.txt") if path.stem not in words] == []


def test_an_unknown_mark_is_refused():
    with pytest.raises(ValueError, match="no such mark: wrod"):
        places.template("app/.env", "A=@@wrod@@\n")(Draws("1"), "NAME", "value")


@pytest.mark.parametrize(
    ("path", "value", "written"),
    [
        ("app/a.xml", 'a&b"c', "a&amp;b&quot;c"),
        ("app/a.json", 'a"b\nc', 'a\\"b\\nc'),
        ("app/.env", "a\nb", "a\\nb"),
    ],
)
def test_a_value_is_escaped_as_its_file_asks_for(path, value, written):
    placed = places.template(path, "<@@value@@>")(Draws("1"), "NAME", value)
    assert placed.text == f"<{written}>"
    assert placed.value == written


def test_no_kind_is_in_two_sets():
    names = [kind.name for kind in KINDS]
    assert len(names) == len(set(names))
    assert sorted(names) == sorted(kind.name for half in HALVES for kind in kinds(half))
    for name in ("second", "third", "fourth"):
        assert min(len(kinds(f"{name}_development")), len(kinds(f"{name}_held_out"))) >= 20

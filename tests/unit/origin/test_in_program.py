"""Projects in programs, by small numbers in place of hashes."""

import pytest

np = pytest.importorskip("numpy")

from tests.support.knowledge import of_build, release  # noqa: E402

from careen.origin.building import build  # noqa: E402
from careen.origin.in_program import in_program  # noqa: E402
from careen.origin.knowledge import Project  # noqa: E402

ONE_FILE, OTHERS = range(1000, 1010), range(2000, 2400)


def base_of(**projects):
    """By project: its files with their literals, and those that its build has. There are two versions, the same."""
    return build(
        [
            (Project(name, ("1", "2")), [release(version, files, *builds) for version in ("1", "2")])
            for name, (files, *builds) in projects.items()
        ]
    )


def large(path="src/small.c", built=(*ONE_FILE, *OTHERS)):
    """A library with one small file and many others."""
    return {path: {"literals": ONE_FILE}, "src/other.c": {"literals": OTHERS}}, {"literals": built}


def found(base, *, hashes, others=0):
    """``others``: how many literals of nobody the program has as well."""
    asked = of_build({"literals": [*hashes, *range(9000, 9000 + others)]})
    return [(component.project, component.confidence) for component in in_program(base, "a", asked)]


def test_of_a_large_library_one_whole_file_is_enough():
    base = base_of(large=large())
    assert found(base, hashes=ONE_FILE, others=500) == [("large", "medium")]
    assert found(base, hashes=OTHERS[:10], others=500) == []  # as many, of a file that has forty times as much
    assert found(base, hashes=[*ONE_FILE[:4], *OTHERS[:4]], others=500) == []


def test_the_words_of_a_header_are_no_file_of_a_library():
    assert found(base_of(large=large("include/protocol.h")), hashes=ONE_FILE, others=500) == []


def test_what_no_build_has_is_no_file_of_a_library():
    assert found(base_of(large=large(built=OTHERS)), hashes=ONE_FILE, others=500) == []
    assert found(base_of(large=large()[:1]), hashes=ONE_FILE, others=500) == []


def test_fewer_texts_are_enough_if_they_are_most_of_a_program():
    base = base_of(large=large())
    assert found(base, hashes=ONE_FILE[:6], others=8) == [("large", "medium")]
    assert found(base, hashes=ONE_FILE[:6], others=30) == []
    assert found(base, hashes=ONE_FILE[:3], others=1) == []


def test_three_texts_are_enough_if_they_are_half_of_a_program_and_of_a_file():
    few = range(3000, 3005)
    base = base_of(large=({"src/few.c": {"literals": few}, "src/other.c": {"literals": OTHERS}}, {"literals": [*few, *OTHERS]}))
    assert found(base, hashes=few[:3], others=2) == [("large", "medium")]
    assert found(base, hashes=few[:3], others=4) == []
    assert found(base, hashes=few[:2], others=0) == []


def test_what_two_projects_share_is_of_the_one_of_which_most_is_there():
    shared = {"inflate.c": {"literals": range(100, 140)}}
    original = (shared, {"literals": range(100, 140)})
    carries = ({**shared, "font.c": {"literals": range(200, 400)}}, {"literals": [*range(100, 140), *range(200, 400)]})
    for names in (("a", "b"), ("b", "a")):  # whatever their order
        base = base_of(**dict(zip(names, (original, carries), strict=True)))
        assert found(base, hashes=range(100, 140)) == [(names[0], "high")]
    assert found(base, hashes=[*range(100, 140), *range(200, 400)])[0] == ("a", "high")


TABLE, WORDS = range(3000, 3150), range(4000, 5200)


def of_a_protocol(*, words, others):
    """A server that has the table of a protocol in one file, and its words in another; and a program that has the table."""
    base = base_of(server=({"src/huffman.c": {"tables": TABLE}, "src/server.c": {"literals": WORDS}},))
    asked = of_build({"tables": TABLE, "literals": [*WORDS[:words], *range(9000, 9000 + others)]})
    return [component.project for component in in_program(base, "a", asked)]


def test_the_table_of_a_protocol_and_some_of_its_words_show_no_server():
    assert of_a_protocol(words=35, others=1000) == []
    assert of_a_protocol(words=35, others=100) == ["server"]  # a small program, with much of the server's
    assert of_a_protocol(words=80, others=1000) == ["server"]


CODE = range(5000, 5400)


def found_by_code(base, *, code, others=0):
    asked = of_build({"literals": [], "sequences": [*code, *range(9000, 9000 + others)]})
    return [(component.project, component.confidence, component.versions) for component in in_program(base, "a", asked)]


def test_machine_code_of_builds_shows_a_project_without_texts():
    base = base_of(large=({"src/a.c": {"literals": OTHERS}}, {"literals": OTHERS, "sequences": CODE}))
    both = ("1", "2")
    assert found_by_code(base, code=CODE[:150], others=2000) == [("large", "high", both)]
    assert found_by_code(base, code=CODE[:100], others=2000) == []
    assert found_by_code(base, code=CODE[:20], others=80) == [("large", "medium", both)]  # a small program
    assert found_by_code(base, code=CODE[:20], others=500) == []
    assert found_by_code(base, code=CODE[:9]) == []


def test_machine_code_is_not_compared_if_no_build_has_any():
    base = base_of(script=({"a.js": {"sequences": CODE}},), other=large())
    assert not base.has_machine_code
    assert found_by_code(base, code=CODE) == []


def test_the_machine_code_in_a_package_of_scripts_shows_nothing():
    released = release("1", {"a.py": {"literals": OTHERS}}, {"literals": OTHERS, "sequences": CODE})
    assert not build([(Project("pypi:a", ("1",), ("pkg:pypi/a",)), [released])]).has_machine_code


def test_what_a_version_has_of_texts_counts_more_than_its_machine_code():
    base = build(
        [
            (
                Project("a", ("1", "2")),
                [
                    release("1", {"a.c": {"literals": range(100, 140)}}, {"literals": range(100, 140), "sequences": CODE}),
                    release("2", {"a.c": {"literals": range(120, 160)}}, {"literals": range(120, 160), "sequences": CODE[:50]}),
                ],
            )
        ]
    )
    asked = of_build({"literals": range(120, 160), "sequences": CODE})
    assert [component.versions for component in in_program(base, "a", asked)] == [("2",)]
    assert found_by_code(base, code=CODE)[0][2] == ("1",)


def test_machine_code_is_evidence_where_it_was_compared():
    built = {"literals": OTHERS, "sequences": CODE}
    asked = of_build({"literals": OTHERS[:200], "sequences": CODE[:200]})
    for of_the_build, expected in ((built, 200), ({"literals": OTHERS}, None)):
        (component,) = in_program(base_of(large=({"src/a.c": {"literals": OTHERS}}, of_the_build)), "a", asked)
        assert {part.kind: part.found for part in component.evidence}.get("sequences") == expected

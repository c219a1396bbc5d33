"""Files of kustomizations while they are built."""

import pytest

from careen.errors import FileLimitError
from careen.kustomize.reading import MAX_STEPS, Reading, Trouble, joined, listed


def test_a_text_within_a_file_has_the_lines_of_the_file():
    reading = Reading({"k.yaml": "a: |\n  b: 1\n  c: 2\nd: '{e: 3}'\n"})
    (body,) = reading.documents("k.yaml")
    (block,) = reading.within(body.text("a"), body.line_of("a"))
    (flow,) = reading.within(body.text("d"), body.line_of("d"))
    assert reading.nodes.origin(block.line_of("c")) == ("k.yaml", 3)
    assert reading.nodes.origin(flow.line_of("e")) == ("k.yaml", 4)


def test_what_cannot_be_read_is_a_trouble():
    reading = Reading({"k.yaml": "a: '['\n", "l.yaml": "[", "m.yaml": "[" * 300})
    (body,) = reading.documents("k.yaml")
    assert [
        *reading.within("[", body.line_of("a"), "one of x"),
        *reading.documents("l.yaml"),
        *reading.documents("m.yaml"),
    ] == []
    first, second, third = reading.troubles
    assert (first.path, first.line, first.reason.partition(":")[0]) == ("k.yaml", 1, "one of x cannot be read")
    assert (second.path, second.line, second.limit) == ("l.yaml", 0, False)
    assert third == Trouble("m.yaml", 0, "YAML nested over 200 deep", limit=True)


def test_steps_are_bounded():
    reading = Reading({})
    reading.spend(MAX_STEPS)
    with pytest.raises(FileLimitError):
        reading.spend(1)


def test_names():
    (body,) = Reading({"k": "a: [b, 1, c]\n"}).documents("k")
    assert [text for text, _ in listed(body, "a")] == ["b", "c"]
    assert [joined("a/b", "../c"), joined("a", ".."), joined("", "./x")] == ["a/c", "", "x"]

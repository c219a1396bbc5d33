"""What edits keep and what they change."""

import random
import re

import pytest
from benchmarks.origin.mutators import (
    EDITS,
    all_together,
    functions,
    half_renamed,
    pasted,
    reformatted,
    renamed,
    same,
    shortened,
    shortened_by_hand,
)

PYTHON = '''
def first(text, where):  # a comment
    """Documentation
    of some lines."""
    if text == "text # where":
        return where + len(text)
    return None


class Second:
    def method(self, text):
        return [text for text in self.items
                if text]
'''
C = """
#include <stdio.h>
/* comment */
static int first(const char *text, int where) {
    return printf("%s where\\n", text) + where;  // text
}
int second(void)
{
    return 2;
}
"""


@pytest.fixture
def made():
    return random.Random(1)


def test_names_are_renamed_and_strings_and_keywords_stay(made):
    for text, language, kept in (
        (PYTHON, "python", ['"text # where"', "def ", "self."]),
        (C, "c", ["<stdio.h>", '"%s where\\n"', "static int"]),
    ):
        changed = renamed(text, language, made)
        assert all(part in changed for part in kept)
        assert not re.search(r"\b(first|method|printf)\b", changed)
        assert len(changed.split("\n")) == len(text.split("\n"))
        assert changed != half_renamed(text, language, random.Random(2)) != text


def test_comments_go_when_a_file_is_reformatted(made):
    assert "comment" not in reformatted(PYTHON, "python", made)
    changed = reformatted(C, "c", made)
    assert "comment" not in changed
    assert "\n{" in changed.split("second")[0]


def test_a_third_of_the_lines_goes(made):
    text = "\n".join(map(str, range(200)))
    left = shortened(text, "c", made).split("\n")
    assert 120 < len(left) <= 140
    assert set(left) < set(text.split("\n"))


def test_functions_are_counted_without_documentation():
    assert [one.split("(")[0].split()[-1] for one in functions(PYTHON, "python", 2, 4)] == ["first", "method"]
    assert functions(PYTHON, "python", 5, 9) == []
    assert [one.split("(")[0] for one in functions(C, "c", 3, 4)] == ["static int first", "int second"]


def test_a_function_is_never_pasted_into_a_comment_or_string():
    host = "int a;\n" * 5 + "/*\n" + "text\n" * 20 + "*/\nint b;\n"
    assert pasted("int f;", host, "c").endswith("*/\nint f;\nint b;\n")
    assert pasted("int f;", "int a;", "c") == "int a;\nint f;\n"


def test_an_edit_is_the_same_for_the_same_seed():
    for edit in (*EDITS.values(), same, all_together):
        assert edit(C, "c", random.Random(7)) == edit(C, "c", random.Random(7))


@pytest.mark.parametrize(("language", "begin", "end"), [("python", '"""', '"""'), ("c", "/*", "*/")])
def test_a_comment_or_string_is_deleted_as_a_whole_or_not_at_all(language, begin, end):
    text = "".join(f"{begin} first {n}\nsecond {n}\nthird {n} {end}\nvalue_{n} = {n};\n" for n in range(60))
    kept = shortened_by_hand(text, language, random.Random(5))
    assert 0.6 <= len(kept.split("\n")) / len(text.split("\n")) <= 0.75
    assert {kept.count(word) for word in ("first", "second", "third")} == {kept.count("first")}
    halved = shortened(text, language, random.Random(5))
    assert halved.count("first") != halved.count("third")

"""The files of a module: their blocks together, values of variables, overrides, JSON."""

import pytest

from careen.formats.terraform import files
from careen.formats.terraform.syntax import Literal


def together(**texts):
    named = {name.replace("__", "."): text for name, text in texts.items()}
    return files.together([(name, files.read(name, text)) for name, text in named.items()])


def test_blocks_of_all_files_by_type_and_labels():
    found = together(a__tf='resource "t" "x" {}\nlocals { a = 1 }', b__tf='resource "t" "y" {}\nlocals { b = 2 }')
    assert list(found.of_type("resource")) == [("t", "x"), ("t", "y")]
    assert found.of_type("resource")["t", "y"].path == "b.tf"
    assert {name: path for name, (_, path) in found.settings.items()} == {"a": "a.tf", "b": "b.tf"}
    assert found.of_type("module") == {}


def test_values_of_variables():
    found = together(terraform__tfvars="a = 1\nb = 1", z__auto__tfvars="b = 2")
    assert found.values == {"a": Literal(1), "b": Literal(2)}
    assert files.read("x.tfvars.json", '{"a": 5}').settings["a"].expression == Literal(5)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("terraform.tfvars", True),
        ("a/terraform.tfvars.json", True),
        ("a/prod.auto.tfvars", True),
        ("prod.tfvars", False),
        ("main.tf", False),
    ],
)
def test_values_that_need_no_flag(path, given):
    assert files.is_given(path) is given


def test_an_override_replaces_settings_and_blocks_of_its_types():
    found = together(
        main__tf='a "x" {\n p = 1\n q = 1\n b { r = 1 }\n b { r = 2 }\n c {}\n}',
        override__tf='a "x" {\n q = 2\n b { r = 3 }\n}',
    )
    block = found.of_type("a")[("x",)].block
    assert {name: one.expression for name, one in block.body.settings.items()} == {"p": Literal(1), "q": Literal(2)}
    assert [(one.type, one.body.settings.get("r") is not None) for one in block.body.blocks] == [("c", False), ("b", True)]


def test_json_has_lines():
    body = files.read("main.tf.json", '{\n"resource": {\n"t": {\n"x": [{\n"a": 1}]}}}')
    (block,) = body.blocks
    assert (block.labels, block.body.settings["a"].line) == (("t", "x"), 5)


@pytest.mark.parametrize("text", ["", "[]", "1", '{"resource": ', '{"a": "${"}'])
def test_json_that_is_none(text):
    with pytest.raises(ValueError):
        files.read("a.tfvars.json", text)

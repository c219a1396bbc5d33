"""Modules of Terraform: variables, references, instances, modules within the folder, and bounds."""

import json

import pytest
from tests.support.work import steps

from careen.formats.terraform.configuration import MAX_INSTANCES, read
from careen.formats.terraform.resource import refers
from careen.formats.terraform.values import UnknownValue


def resources(**texts):
    return {one.address: one for one in read({name.replace("__", "/") + ".tf": text for name, text in texts.items()}).resources}


def values(text):
    (resource,) = resources(main=text).values()
    return dict(resource.values)


def test_variables_defaults_locals_and_given_values():
    text = (
        'variable "a" { default = 1 }\n'
        'variable "b" {}\n'
        "locals { c = var.a + 1 }\n"
        'resource "t" "x" {\n'
        " a = var.a\n"
        " b = var.b\n"
        " c = local.c\n"
        "}\n"
    )
    assert values(text) == {"a": 1, "b": "${var.b}", "c": 2}
    texts = {"main.tf": text, "terraform.tfvars": "a = 5\n", "z.auto.tfvars": "b = 7", "other.tfvars": "a = 9\n"}
    assert dict(read(texts).resources[0].values) == {"a": 5, "b": 7, "c": 6}


def test_json_configurations_are_the_same():
    document = {
        "variable": {"a": {"default": True}},
        "locals": {"b": "${var.a ? 1 : 2}"},
        "resource": {"t": {"x": {"b": "${local.b}", "n": [{"m": "x-${local.b}"}]}}},
    }
    (found,) = read({"main.tf.json": json.dumps(document, indent=1)}).resources
    assert (found.values, found.address) == ({"b": 1, "n": [{"m": "x-1"}]}, "t.x")
    assert found.values.lines["b"] > 1


def test_an_override_replaces_settings():
    found = resources(main='resource "t" "x" {\n a = 1\n b = 1\n}', main_override='resource "t" "x" {\n a = 2\n}')
    assert dict(found["t.x"].values) == {"a": 2, "b": 1}


def test_instances():
    found = resources(
        main=(
            'resource "t" "a" {\n'
            " count = 2\n"
            " n = count.index\n"
            "}\n"
            'resource "t" "b" {\n'
            " for_each = {x = 1, y = 2}\n"
            ' n = "${each.key}${each.value}"\n'
            "}\n"
            'resource "t" "none" { count = 0 }'
        )
    )
    assert {address: one.values["n"] for address, one in found.items()} == {
        "t.a[0]": 0,
        "t.a[1]": 1,
        't.b["x"]': "x1",
        't.b["y"]': "y2",
    }


def test_an_unknown_number_of_instances_is_one():
    found = resources(
        main=(
            'variable "n" {}\n'
            'resource "t" "a" {\n'
            " count = var.n\n"
            " i = count.index\n"
            "}\n"
            'resource "t" "b" {\n'
            " for_each = var.n\n"
            " v = each.value.x\n"
            "}"
        )
    )
    assert list(found) == ["t.a", "t.b"]
    assert isinstance(found["t.a"].values["i"], UnknownValue)
    assert isinstance(found["t.b"].values["v"], UnknownValue)


def test_too_many_instances_are_reported():
    found = read({"main.tf": 'resource "t" "a" { count = 1000 }'})
    assert len(found.resources) == MAX_INSTANCES
    assert "has 1000 instances" in found.unassessed[0].why


def test_dynamic_blocks():
    text = (
        'resource "t" "x" {\n'
        ' dynamic "rule" {\n'
        '  for_each = ["a", "b"]\n'
        "  iterator = one\n"
        "  content {\n"
        "   name = one.value\n"
        "   key = one.key\n"
        "  }\n"
        " }\n"
        ' rule { name = "c" }\n'
        "}"
    )
    assert [rule["name"] for rule in values(text)["rule"]] == ["a", "b", "c"]
    unclear = values('variable "r" {}\nresource "t" "x" {\n dynamic "rule" {\n  for_each = var.r\n  content { a = 1 }\n }\n}')[
        "rule"
    ]
    assert isinstance(unclear[0], UnknownValue)


def test_references_between_resources():
    found = resources(
        main=(
            'resource "b" "x" {\n'
            " count = 2\n"
            ' bucket = "n${count.index}"\n'
            "}\n"
            'resource "v" "y" {\n'
            " bucket = b.x[1].id\n"
            " name = b.x[0].bucket\n"
            " all = b.x[*].bucket\n"
            "}"
        )
    )
    one = found["v.y"].values
    assert refers(one["bucket"], found["b.x[1]"])
    assert not refers(one["bucket"], found["b.x[0]"])
    assert (one["name"], one["all"]) == ("n0", ["n0", "n1"])


def test_local_modules_with_arguments_and_outputs():
    found = resources(
        main=(
            'module "m" {\n'
            ' source = "./mods/m"\n'
            ' for_each = toset(["p", "q"])\n'
            " name = each.key\n"
            "}\n"
            'resource "t" "x" { v = module.m["q"].out }'
        ),
        mods__m__main=(
            'variable "name" {}\n'
            'variable "cfg" {\n'
            " type = object({a = optional(bool, true)})\n"
            " default = {}\n"
            "}\n"
            'resource "t" "r" {\n'
            " n = var.name\n"
            " a = var.cfg.a\n"
            "}\n"
            'output "out" { value = "o-${var.name}" }'
        ),
    )
    assert found["t.x"].values["v"] == "o-q"
    assert {address for address in found if "module" in address} == {'module.m["p"].t.r', 'module.m["q"].t.r'}
    assert dict(found['module.m["p"].t.r'].values) == {"n": "p", "a": True}
    assert found['module.m["p"].t.r'].path == "mods/m/main.tf"


def test_modules_from_elsewhere_are_not_assessed():
    found = read(
        {
            "main.tf": (
                'module "m" { source = "terraform-aws-modules/vpc/aws" }\n'
                'module "n" { source = "../outside" }\n'
                'module "o" { source = "/etc" }'
            )
        }
    )
    assert [part.line for part in found.unassessed] == [1, 2, 3]
    assert "is not fetched" in found.unassessed[0].why
    assert "not among the checked files" in found.unassessed[1].why


def test_modules_that_init_has_fetched_are_read():
    index = {
        "Modules": [{"Key": "", "Dir": "."}, {"Key": "m", "Dir": ".terraform/modules/m"}, {"Key": "m.sub", "Dir": "../../etc"}]
    }
    texts = {
        "live/main.tf": 'module "m" {\n source = "example/m/aws"\n v = 3\n}',
        "live/.terraform/modules/m/main.tf": (
            'variable "v" {}\nresource "t" "r" { v = var.v }\nmodule "sub" { source = "example/sub/aws" }'
        ),
        "live/.terraform/modules/modules.json": json.dumps(index),
    }
    found = read(texts)
    assert [(one.address, one.values["v"]) for one in found.resources] == [("module.m.t.r", 3)]
    assert [part.path for part in found.unassessed] == ["live/.terraform/modules/m/main.tf"]


def test_a_null_argument_is_not_there_and_lines_are_those_of_the_resource():
    found = resources(
        main='locals {\n  tags = {\n    a = 1\n  }\n}\nresource "t" "x" {\n  gone = null\n  tags = local.tags\n}'
    )["t.x"]
    assert dict(found.values) == {"tags": {"a": 1}}
    assert found.values.line_of("tags", "a") == 8


@pytest.mark.parametrize(
    "text",
    [
        'locals {\n a = local.b\n b = local.a\n}\nresource "t" "x" { a = local.a }',
        'resource "t" "x" { a = t.y.a }\nresource "t" "y" { a = t.x.a }',
        'resource "t" "x" {\n count = length(t.x)\n a = t.x[0].a\n}',
        'module "m" {\n source = "./"\n}\nresource "t" "x" { a = module.m.z }',
        "locals {\n"
        + "".join(f" a{index + 1} = [local.a{index}, local.a{index}]\n" for index in range(300))
        + ' a0 = 1\n}\nresource "t" "x" { a = local.a300 }',
        "locals {\n"
        + "".join(f' a{index + 1} = "${{local.a{index}}}${{local.a{index}}}"\n' for index in range(60))
        + ' a0 = "xxxxxxxx"\n}\nresource "t" "x" { a = local.a60 }',
        'resource "t" "x" {\n for_each = { for a in range(9999) : a => [for b in range(9999) : b] }\n a = each.value\n}',
    ],
)
def test_circles_and_growth_end(text):
    found = []
    assert steps(lambda: found.extend(read({"main.tf": text}).resources)) < 30_000_000
    assert found


def test_modules_that_call_each_other_end():
    texts = {
        f"m{index}/main.tf": f'module "a" {{\n source = "../m{(index + 1) % 3}"\n count = 9\n}}\nresource "t" "x" {{}}'
        for index in range(3)
    }
    found = read(texts)
    assert 0 < len(found.resources) < 20_000
    assert any("limits" in part.why for part in found.unassessed)


def test_a_file_that_cannot_be_read_is_reported_and_the_others_are_read():
    found = read({"a.tf": "x = [", "b.tf": 'resource "t" "x" {}', "c.tf.json": "[1]", "d.tf.json": "{"})
    assert [one.address for one in found.resources] == ["t.x"]
    assert [part.path for part in found.unassessed if part.is_unread] == ["a.tf", "c.tf.json", "d.tf.json"]


def test_files_are_only_those_that_are_given():
    texts = {
        "main.tf": (
            'resource "t" "x" {\n a = file("${path.module}/p.json")\n b = file("/etc/passwd")\n c = file("../p.json")\n}'
        ),
        "p.json": "{}",
    }
    found = read(texts, ["main.tf"]).resources[0].values
    assert found["a"] == "{}"
    assert isinstance(found["b"], UnknownValue)
    assert isinstance(found["c"], UnknownValue)

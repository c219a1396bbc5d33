"""Policies: as JSON, as data source, known in part."""

import pytest

from careen.formats.terraform import iam
from careen.formats.terraform.configuration import read
from careen.formats.terraform.values import unknown


def test_a_policy_document_is_json():
    text = (
        'data "aws_iam_policy_document" "d" {\n'
        " statement {\n"
        '  actions = ["s3:*"]\n'
        '  resources = ["*"]\n'
        "  principals {\n"
        '   type = "*"\n'
        '   identifiers = ["*"]\n'
        "  }\n"
        "  condition {\n"
        '   test = "Bool"\n'
        '   variable = "x"\n'
        '   values = ["y"]\n'
        "  }\n"
        " }\n"
        " statement {\n"
        '  effect = "Deny"\n'
        '  not_actions = ["a"]\n'
        " }\n"
        "}"
    )
    (found,) = read({"main.tf": text}).resources
    allows, denies = iam.statements(found.values["json"])
    assert (allows.allows, allows.actions, allows.resources, allows.principals, allows.is_conditional) == (
        True,
        ("s3:*",),
        ("*",),
        ("*",),
        True,
    )
    assert (denies.allows, denies.has_exceptions) == (False, True)


@pytest.mark.parametrize("policy", [None, 1, "", "[", "[" * 100_000, "[]", unknown("var.x")])
def test_what_is_no_policy(policy):
    assert iam.statements(policy) is None


@pytest.mark.parametrize("policy", ["{}", '{"Statement": 1}', '{"Statement": [1, null]}'])
def test_a_policy_without_statements(policy):
    assert iam.statements(policy) == []


def test_forms_of_a_statement():
    (one,) = iam.statements({"Statement": {"Effect": "Allow", "Action": "a", "Principal": {"AWS": ["b", 1], "Service": "c"}}})
    assert (one.actions, one.principals, one.resources) == (("a",), ("b", "c"), ())

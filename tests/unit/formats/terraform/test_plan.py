"""Plans in JSON: values, what is known later, references and lines."""

import json
import random

import pytest

from careen.formats.terraform import plan
from careen.formats.terraform.resource import Terraform
from careen.formats.terraform.values import UnknownValue

BUCKET = {
    "address": "aws_s3_bucket.x",
    "mode": "managed",
    "type": "aws_s3_bucket",
    "name": "x",
    "values": {"bucket": "shop", "tags": None, "logging": []},
}
BLOCK = {
    "address": "aws_s3_bucket_public_access_block.x",
    "mode": "managed",
    "type": "aws_s3_bucket_public_access_block",
    "name": "x",
    "values": {"block_public_acls": True},
}
CHILD = {"address": 'module.m["a"].t.y[0]', "mode": "managed", "type": "t", "name": "y", "values": {"n": [{"k": 1, "l": None}]}}
DOCUMENT = {
    "format_version": "1.2",
    "planned_values": {"root_module": {"resources": [BUCKET, BLOCK], "child_modules": [{"resources": [CHILD]}]}},
    "resource_changes": [
        {"address": BLOCK["address"], "change": {"after_unknown": {"bucket": True, "id": True}}},
        {"address": CHILD["address"], "change": {"after_unknown": {"n": [{"l": True}]}}},
    ],
    "configuration": {
        "root_module": {
            "resources": [
                {
                    "address": BLOCK["address"],
                    "expressions": {"bucket": {"references": ["aws_s3_bucket.x.id", "aws_s3_bucket.x"]}},
                }
            ]
        }
    },
}
TEXT = json.dumps(DOCUMENT, indent=1)


def test_resources_of_all_modules():
    found = plan.read("plan.json", TEXT)
    assert [one.address for one in found] == ["aws_s3_bucket.x", "aws_s3_bucket_public_access_block.x", 'module.m["a"].t.y[0]']
    assert dict(found[0].values) == {"bucket": "shop"}
    assert TEXT.split("\n")[found[0].values.lines["bucket"] - 1].strip() == '"bucket": "shop",'


def test_what_is_known_later_is_unknown_and_linked():
    bucket, block, child = plan.read("plan.json", TEXT)
    assert isinstance(block.values["bucket"], UnknownValue)
    assert "id" not in block.values, "nobody set it"
    assert Terraform("plan.json", (bucket, block)).linked(bucket, "bucket", block.type) == ([block], None)
    assert child.values["n"][0]["k"] == 1
    assert isinstance(child.values["n"][0]["l"], UnknownValue)


def test_recognised_by_its_content():
    assert plan.is_plan(TEXT)
    assert not plan.is_plan('{"planned": 1}')
    assert not plan.is_plan(f"x {TEXT}")


@pytest.mark.parametrize("text", ["", "[]", "{", "{}", '{"planned_values": 1}'])
def test_other_texts(text):
    with pytest.raises(ValueError):
        plan.read("plan.json", text)


def test_mutations_give_resources_or_an_error():
    chance = random.Random(3)
    read = 0
    for _ in range(400):
        text = TEXT
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            text = (
                text[:at]
                + chance.choice(("", "1", "null", "[]", "{}", '"', "true", "]", "}"))
                + text[at + chance.randint(0, 9) :]
            )
        try:
            read += plan.read("plan.json", text) is not None
        except ValueError:
            continue
    assert read

"""Files of formats that are not read."""

import pytest
from tests.support.work import ends

from careen.checks.kind import Rules, SourceFile
from careen.checks.kinds import kind_of, may_be_checked
from careen.checks.unassessed_kind import UNASSESSED, format_of

FILES = [
    ("a.json", '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"}'),
    ("main.bicep", "param location string\nresource a 'Microsoft.App/x@1' = {}\n"),
]


@pytest.mark.parametrize(("path", "text"), FILES, ids=[path for path, _ in FILES])
def test_formats(path, text):
    assert may_be_checked(path)
    assert kind_of(path, text) is UNASSESSED
    (unknown,) = UNASSESSED.read([SourceFile(path, text)], (), Rules())
    assert unknown.reason == f"not assessed: {format_of(path, text)}, which is not read"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.json", "{}"), ("a.json", '{"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition"}}}'), ("README.md", "param x"),
    ],
)  # fmt: skip
def test_others(path, text):
    assert kind_of(path, text) is not UNASSESSED


def test_hostile_text():
    with ends():
        for path, _ in FILES:
            for part in ("\n", " ", "-", "a.", "/schemas/1", "param"):
                format_of(path, part * 300_000)

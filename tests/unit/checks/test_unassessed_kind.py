"""Files of formats that are not read."""

import pytest
from tests.support.work import ends

from careen.checks.kind import Rules, SourceFile
from careen.checks.kinds import kind_of, may_be_checked
from careen.checks.unassessed_kind import UNASSESSED, format_of

FILES = [
    ("a.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n"),
    ("stack.template", '{"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition"}}}'),
    ("a.json", '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"}'),
    ("main.bicep", "param location string\nresource a 'Microsoft.App/x@1' = {}\n"),
    ("task.json", '{"family": "a", "containerDefinitions": []}'),
    ("a.nomad.hcl", 'job "a" {\n  task "t" { driver = "docker" }\n}\n'),
    ("play.yml", "- hosts: all\n  tasks:\n  - community.docker.docker_container: {name: a}\n"),
    ("cloudbuild.yaml", "steps:\n- name: gcr.io/x/docker\n"),
    ("ci/Jenkinsfile", "pipeline { agent { docker { image 'a' } } }"),
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
        ("a.yaml", "Type: AWS\n"), ("a.json", "{}"), ("a.hcl", 'source "docker" "a" {}\n'),
        ("Jenkinsfile", "node { sh 'make' }"), ("play.yml", "- hosts: all\n"), ("README.md", "AWSTemplateFormatVersion"),
    ],
)  # fmt: skip
def test_others(path, text):
    assert kind_of(path, text) is not UNASSESSED


def test_hostile_text():
    with ends():
        for path, _ in FILES:
            for part in ("\n", " ", "-", "a.", "/schemas/1", "Type:", 'job "'):
                format_of(path, part * 300_000)

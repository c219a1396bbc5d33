"""Files that deploy containers are checked as Compose files are, without what their platform has no setting for."""

import pytest

from careen.checks.deployment_kinds import DEPLOYMENT_KINDS
from careen.checks.kind import Rules, SourceFile
from careen.checks.kinds import kind_of, may_be_checked
from careen.checks.tuning import Tuning, tuned
from careen.pipeline.files import check_files
from careen.plugins import Check, load

ALL = load("careen.checks.compose", "CHECK", Check)
OBJECT = "apiVersion: v1\nkind: Pod\n"
FILES = {
    "cloudformation": (
        "stack.yaml",
        "Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n"
        "        - {Image: a, Privileged: true}\n",
    ),
    "ecs": ("task.json", '{"containerDefinitions": [{"image": "a", "privileged": true}]}'),
    "nomad": ("a.nomad", 'job "a" {\n task "b" {\n driver = "docker"\n config {\n image = "a"\n privileged = true\n}\n}\n}\n'),
    "machine": ("user-data", "#cloud-config\nruncmd: [docker run --privileged a]\n"),
    "ansible": ("play.yml", "- hosts: all\n  tasks:\n  - docker_container: {name: a, image: a, privileged: true}\n"),
}


def checked(path, text):
    return check_files([SourceFile(path, text)], lambda kind: tuned(ALL, Tuning()), Rules()).outcome


@pytest.mark.parametrize("kind", DEPLOYMENT_KINDS, ids=lambda kind: kind.name)
def test_each_kind(kind):
    path, text = FILES[kind.name]
    assert may_be_checked(path) and kind_of(path, text) is kind
    ids = {found.id for found in checked(path, text).findings}
    assert {"CMP-001", "CMP-022"} <= ids
    assert all(kind.inspects(id) for id in ids)


def test_what_a_platform_has_no_setting_for():
    assert "CMP-046" not in {found.id for found in checked(*FILES["ecs"]).findings}
    assert "CMP-046" in {found.id for found in checked(*FILES["ansible"]).findings}


@pytest.mark.parametrize(
    "text",
    [
        "#cloud-config\nwrite_files:\n- path: /m.yaml\n  content: |\n    apiVersion: v1\n    kind: Pod\n",
        "- hosts: all\n  tasks:\n  - docker_container: {}\n  - k8s:\n      definition:\n        apiVersion: v1\n",
    ],
)
def test_objects_of_kubernetes_within_do_not_hide_the_rest(text):
    assert kind_of("a.yaml", text) in DEPLOYMENT_KINDS


def test_files_within_an_object_of_kubernetes():
    text = f"{OBJECT}data:\n  play: |\n    - name: a\n      docker_container: {{}}\n  stack: |\n    Type: AWS::S3::Bucket\n"
    assert kind_of("a.yaml", text).name == "kubernetes"


def test_what_only_a_deployment_gives_is_unknown():
    path, text = FILES["cloudformation"]
    (unknown,) = checked(path, text.replace("Privileged: true", "Privileged: !Ref P")).unknowns
    assert unknown.reason == "line 6: privileged of container container is not assessed"

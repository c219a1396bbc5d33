"""Programs of Pulumi in YAML."""

import pytest

from careen.errors import FileLimitError
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.services.pulumi_yaml import is_program, read

TEXT = """\
name: shop
runtime: yaml
resources:
  web:
    type: docker:Container
    properties:
      image: ${built.imageName}
      privileged: true
      networkMode: host
      envs: ["A=b"]
      capabilities: {adds: [SYS_ADMIN], drops: [ALL]}
      volumes: [{hostPath: /etc, containerPath: /e, readOnly: true}]
      ports: [{internal: 80, external: 8080}]
  pod:
    type: kubernetes:core/v1:Pod
    properties:
      metadata: {labels: {a: b}}
      spec:
        hostPID: true
        containers: [{name: c, image: "c:1"}]
  roll:
    type: kubernetes:apps/v1:Deployment
    properties:
      metadata: {name: named}
  written:
    type: aws:ecs:TaskDefinition
    properties:
      containerDefinitions: '[{"name": "a", "image": "a:1", "privileged": true}]'
  listed:
    type: aws:ecs/taskDefinition:TaskDefinition
    properties:
      containerDefinitions:
        fn::toJSON: [{name: b, image: "b:1"}]
  other:
    type: aws:ecs:TaskDefinition
    properties:
      containerDefinitions: '${text}'
  bucket: {type: "aws:s3:Bucket"}
"""


def test_containers():
    found = read(TEXT, "Pulumi.yaml").services
    web, written, listed = found.services
    assert (web.image, web.is_on("privileged"), web.network_mode, web.added) == (
        "${built.imageName}",
        True,
        "host",
        {"SYS_ADMIN"},
    )
    assert [(mount.host_path, mount.read_only) for mount in web.mounts()] == [("/etc", True)]
    assert [(port.target, port.published) for port in web.ports()] == [("80", "8080")]
    assert (web.node["environment"], web.node.line_of("network_mode")) == (["A=b"], 9)
    assert (written.image, written.is_on("privileged"), written.node.line_of("privileged")) == ("a:1", True, 28)
    assert (listed.image, listed.node.line) == ("b:1", 33)
    assert [(part.what, part.line) for part in found.unresolved] == [
        ("image ${built.imageName}", 7),
        ("containers of a task", 37),
        ("other resources (aws:s3:Bucket: 1)", 0),
    ]


def test_objects():
    objects = read(TEXT, "Pulumi.yaml").objects
    assert [(each.kind, each.body["apiVersion"], each.name) for each in objects] == [
        ("Pod", "v1", "pod"), ("Deployment", "apps/v1", "named"),
    ]  # fmt: skip
    (pod,) = Manifests(objects).pods
    assert (pod.node.line_of("hostPID"), dict(objects[0].labels), [each.image for each in pod.containers]) == (
        19,
        {"a": "b"},
        ["c:1"],
    )


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("runtime: yaml", True), ("runtime: {name: yaml}", True), ("runtime:\n  name: yaml\n", True),
        ("runtime: nodejs", False), ("a: {runtime: yaml}", False),
    ],
)  # fmt: skip
def test_other_programs_are_in_another_language(text, is_one):
    assert is_program(text) is is_one


@pytest.mark.parametrize("text", ["", "[]", "a: ["])
def test_what_is_no_program(text):
    with pytest.raises(ValueError):
        read(text, "Pulumi.yaml")


def test_hostile_text():
    deep = "x: " + "[" * 150 + "]" * 150
    text = f"resources:\n a:\n  type: docker:Container\n  properties: {{{deep}}}\n"
    assert len(read(text, "Pulumi.yaml").services.services) == 1
    with pytest.raises(FileLimitError):
        read("#" * 3_000_000, "Pulumi.yaml")
    read(f"resources: {{a: {{type: 'aws:ecs:TaskDefinition', properties: {{containerDefinitions: '{'[' * 5000}'}}}}}}", "P")

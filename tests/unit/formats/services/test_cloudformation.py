"""Containers of tasks in templates of CloudFormation, with lines."""

import pytest
from tests.support.work import ends

from careen.formats.services.cloudformation import read

TEXT = """\
Parameters:
  Image: {Type: String, Default: nginx}
  Open: {Type: String}
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: host
      ContainerDefinitions:
        - Name: web
          Image: !Ref Image
          Privileged: true
          User: !Ref AWS::NoValue
          Environment:
            - {Name: URL, Value: !Sub "http://${Image}/${Open}/${X}"}
            - {Name: JOINED, Value: !Join ["-", [a, !Ref Image, !GetAtt B.Arn]]}
            - {Name: SECRET, Value: "{{resolve:secretsmanager:a}}"}
        - Name: side
          Image:
            Fn::Sub: ["${A}:1", {A: alpine}]
          Privileged: !Ref Open
          User: !If [Condition, root, app]
"""


def test_a_template():
    (found,) = read(TEXT, "stack.yaml")
    web, side = found.services
    assert (web.image, web.network_mode, side.image) == ("nginx", "host", "alpine:1")
    assert web.is_on("privileged") and web.node.line_of("privileged") == 13
    assert "user" not in web.node
    assert {name: value for name, value, _ in web.environment()} == {
        "URL": "http://nginx/${Open}/${X}", "JOINED": "a-nginx-${GetAtt}", "SECRET": "${resolve:secretsmanager:a}",
    }  # fmt: skip
    assert [(part.what, part.line) for part in found.unresolved] == [
        ("privileged of container side", 22),
        ("user of container side", 23),
        ("all but tasks of ECS and jobs of Batch (AWS::S3::Bucket: 1)", 0),
    ]


def test_json():
    text = (
        '{"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": '
        '[{"Name": "a", "Image": {"Fn::Join": [":", ["b", "1"]]}, "Privileged": "true"}]}}}}'
    )
    (service,) = read(text, "stack.template")[0].services
    assert service.image == "b:1" and service.is_on("privileged")


@pytest.mark.parametrize(
    ("properties", "what"),
    [
        ("ContainerDefinitions: !If [A, [], []]", "containers of a task"),
        ("{ContainerDefinitions: [], NetworkMode: !Ref A}", "networkMode of a task"),
        ("ContainerDefinitions: [!Ref A]", "a container of a task"),
    ],
)
def test_what_only_a_deployment_gives(properties, what):
    text = f"Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties: {{{properties}}}\n"
    assert [part.what for part in read(text.replace("{{", "{").replace("}}", "}"), "a.yaml")[0].unresolved] == [what]


@pytest.mark.parametrize("text", ["", "[]", "a: 1", "Resources: []", "- !Sub"])
def test_what_is_no_template(text):
    with pytest.raises(ValueError):
        read(text, "a.yaml")


def test_hostile_text():
    head = (
        "Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Image: "
    )
    with ends():
        for value in (
            "!Sub '" + "${a" * 100_000 + "'", "!Join [x, " + "[a, " * 150 + "b" + "]" * 151, "!Sub [a, " * 90 + "{}" + "]" * 90,
            "!Join [" + "x" * 50_000 + ", [" + "a, " * 5000 + "b]]",
        ):  # fmt: skip
            read(head + value + "\n", "a.yaml")


CHOICES = """\
Parameters:
  Env: {Type: String, Default: prod}
Mappings: {Images: {prod: {web: "web:1"}, dev: {web: "web:latest"}}}
Conditions:
  IsDev: !Equals [!Ref Env, dev]
  IsProd: !Not [{Condition: IsDev}]
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: web
          Image: !FindInMap [Images, !Ref Env, web]
          Privileged: !If [IsDev, true, !Ref AWS::NoValue]
        - !If [IsProd, {Name: log, Image: "log:1"}, !Ref AWS::NoValue]
"""


def test_both_branches_of_a_condition():
    found = read(CHOICES, "a.yaml")
    assert [[(service.name, service.image, service.is_on("privileged")) for service in each.services] for each in found] == [
        [("web", "web:1", False), ("log", "log:1", False)],
        [("web", "web:latest", True)],
        [("web", "${FindInMap}", False), ("log", "log:1", False)],
    ]


def test_a_task_that_a_condition_leaves_out():
    found = read(CHOICES.replace("Type: AWS::ECS", "Condition: IsDev\n    Type: AWS::ECS"), "a.yaml")
    assert [len(each.services) for each in found] == [0, 1]


def test_choices_that_make_the_same_containers_are_one():
    text = CHOICES.replace("!FindInMap [Images, !Ref Env, web]", "web:1").replace("!If [IsDev, true", "!If [IsDev, false")
    assert len(read(text.replace("!If [IsProd, {Name", "!If [IsDev, {Name"), "a.yaml")) == 2


def test_jobs_of_batch():
    (found,) = read(
        """\
Resources:
  A:
    Type: AWS::Batch::JobDefinition
    Properties:
      Type: container
      ContainerProperties:
        Image: job:1
        Privileged: true
        Volumes: [{Name: run, Host: {SourcePath: /var/run}}]
        MountPoints: [{SourceVolume: run, ContainerPath: /run}]
  B:
    Type: AWS::Batch::JobDefinition
    Properties:
      Type: multinode
      NodeProperties: {NodeRangeProperties: [{Container: {Image: "node:1", User: root}}]}
""",
        "a.yaml",
    )
    first, second = found.services
    assert (first.image, first.is_on("privileged"), [mount.host_path for mount in first.mounts()]) == (
        "job:1",
        True,
        ["/var/run"],
    )
    assert (second.image, second.node.text("user")) == ("node:1", "root")
    assert found.unresolved == ()

"""Containers of task definitions of ECS, with lines."""

import pytest

from careen.formats.services.ecs_task import read

TEXT = """\
{"family": "a", "networkMode": "bridge", "pidMode": "host", "memory": "512",
 "volumes": [{"name": "s", "host": {"sourcePath": "/var/run/docker.sock"}}, {"name": "d"}],
 "containerDefinitions": [{
  "name": "web", "image": "nginx:1",
  "privileged": true, "user": "0", "readonlyRootFilesystem": true,
  "linuxParameters": {"capabilities": {"add": ["SYS_ADMIN"], "drop": ["ALL"]},
   "devices": [{"hostPath": "/dev/kvm"}], "tmpfs": [{"containerPath": "/t", "mountOptions": ["exec"]}]},
  "environment": [{"name": "PASSWORD", "value": "x"}],
  "mountPoints": [{"sourceVolume": "s", "containerPath": "/s", "readOnly": true},
   {"sourceVolume": "d", "containerPath": "/d"}],
  "portMappings": [{"containerPort": 80, "hostPort": 8080}],
  "volumesFrom": [{"sourceContainer": "b", "readOnly": true}],
  "logConfiguration": {"logDriver": "none"}
 }, {"name": "b", "image": "<IMAGE>", "memory": 64}]}
"""


def test_a_task():
    web, other = read(TEXT, "task.json").services
    assert web.is_on("privileged") and web.is_on("read_only") and web.node.line_of("privileged") == 5
    assert (web.added, web.dropped, web.node.text("user")) == ({"SYS_ADMIN"}, {"ALL"}, "0")
    assert [(mount.kind, mount.host_path or mount.source, mount.read_only) for mount in web.mounts()] == [
        ("bind", "/var/run/docker.sock", True), ("volume", "d", False), ("tmpfs", "", False),
    ]  # fmt: skip
    assert [(port.published, port.target) for port in web.ports()] == [("8080", "80")]
    assert list(web.environment()) == [("PASSWORD", "x", 0)]
    assert web.node.texts("volumes_from") == ["b:ro"] and web.node.texts("devices") == ["/dev/kvm:/dev/kvm"]
    assert (web.node.text("pid"), web.limit("memory"), other.limit("memory")) == ("host", 512e6, 64e6)
    assert other.image == "${IMAGE}"


@pytest.mark.parametrize("own", ['"networkMode": "awsvpc"', '"requiresCompatibilities": ["FARGATE"]'])
def test_ports_of_a_task_with_an_address_of_its_own_are_not_published(own):
    (service,) = read(f'{{{own}, "containerDefinitions": [{{"portMappings": [{{"containerPort": 22}}]}}]}}', "t.json").services
    assert list(service.ports()) == []


def test_the_answer_of_the_interface():
    (service,) = read('{"taskDefinition": {"containerDefinitions": [{"name": "a", "image": "b"}]}}', "t.json").services
    assert service.label == "container a"


@pytest.mark.parametrize("text", ["{}", "[]", "", '{"containerDefinitions": {}}', "{"])
def test_what_is_no_task(text):
    with pytest.raises(ValueError):
        read(text, "t.json")


@pytest.mark.parametrize("part", ["1", '"x"', "[]", "null", "[[]]", '[{"name": []}]', "{}"])
def test_hostile_values(part):
    keys = ("linuxParameters", "mountPoints", "environment", "portMappings", "healthCheck", "logConfiguration", "image")
    given = ", ".join(f'"{key}": {part}' for key in keys)
    read(f'{{"volumes": {part}, "containerDefinitions": [{{{given}}}, 1]}}', "t.json")

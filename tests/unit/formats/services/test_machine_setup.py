"""Containers that machines start when they are set up, with lines."""

import base64

import pytest
from tests.support.work import ends

from careen.formats.services.machine_setup import is_machine_setup, read

SCRIPT = base64.b64encode(b"#!/bin/sh\ndocker run --privileged y:1\n").decode()
CLOUD_CONFIG = f"""\
#cloud-config
runcmd:
  - docker run --privileged a:1
  - [docker, run, --net=host, "b:1"]
write_files:
  - path: /etc/systemd/system/a.service
    content: |
      [Service]
      ExecStart=/usr/bin/docker run \\
        --pid=host c:1
  - path: /usr/local/bin/start.sh
    encoding: b64
    content: {SCRIPT}
  - path: /usr/local/bin/packed.sh
    encoding: gz+b64
    content: H4sI
"""
BUTANE = """\
variant: fcos
storage:
  files:
    - path: /etc/containers/systemd/a.container
      contents:
        inline: |
          [Container]
          Image=a:1
          PodmanArgs=--privileged
systemd:
  units:
    - name: b.service
      dropins:
        - name: c.conf
          contents: |
            [Service]
            ExecStart=podman run --pid=host b:1
    - name: d.service
      contents_local: d.service
"""
IGNITION = """\
{"ignition": {"version": "3.3.0"}, "systemd": {"units": [{"name": "a.service",
  "contents": "[Service]\\nExecStart=/usr/bin/podman run --privileged a:1\\n"}]},
 "storage": {"files": [{"path": "/opt/bin/b", "contents":
  {"source": "data:,%23!%2Fbin%2Fsh%0Adocker%20run%20--privileged%20b%3A1"}},
  {"path": "/opt/bin/c", "contents": {"source": "https://example.org/c"}}]}}
"""


def found_in(text, path="x.yaml"):
    found = read(text, path)
    services = [(service.image, service.node.line_of("privileged"), service.path) for service in found.services]
    return services, [(part.what, part.line) for part in found.unresolved]


def test_cloud_config():
    services = read(CLOUD_CONFIG, "x.yaml").services
    assert sorted((service.image, service.node.line) for service in services) == [
        ("a:1", 3), ("b:1", 4), ("c:1", 9), ("y:1", 13),
    ]  # fmt: skip
    by_image = {service.image: service for service in services}
    assert by_image["c:1"].node.line_of("pid") == 10 and by_image["b:1"].network_mode == "host"
    assert [(part.what, part.line) for part in read(CLOUD_CONFIG, "x.yaml").unresolved] == [
        ("file /usr/local/bin/packed.sh", 16)
    ]


def test_butane():
    services, unresolved = found_in(BUTANE, "a.bu")
    assert services == [("a:1", 9, "a.bu"), ("b:1", 17, "a.bu")]
    assert unresolved == [("unit d.service in another file", 19)]


def test_ignition():
    services, unresolved = found_in(IGNITION, "a.ign")
    assert sorted(services) == [("a:1", 2, "a.ign"), ("b:1", 4, "a.ign")]
    assert unresolved == [("file /opt/bin/c", 5)]


@pytest.mark.parametrize(
    ("path", "text", "is_one"),
    [
        ("user-data", CLOUD_CONFIG, True), ("a.yaml", "\n## template: jinja\n#cloud-config\n", True), ("a.bu", BUTANE, True),
        ("a.ign", IGNITION, True), ("a.json", "{}", False), ("a.yaml", "a: '#cloud-config'\n", False),
    ],
)  # fmt: skip
def test_recognition(path, text, is_one):
    assert is_machine_setup(path, text) is is_one


@pytest.mark.parametrize("value", ["1", "[]", "{}", "[[]]", "[{}]", "[1, [2, {}]]", "[{path: [], content: {}}]"])
def test_hostile_values(value):
    read(
        f"#cloud-config\nruncmd: {value}\nwrite_files: {value}\nstorage: {{files: {value}}}\nsystemd: {{units: {value}}}\n", "a"
    )


def test_hostile_text():
    with ends():
        for part in ("\n", "#", " ", "## a\n", "variant: ", '"ignition"'):
            is_machine_setup("a.yaml", part * 200_000)
            is_machine_setup("a.json", part * 200_000)


def test_a_unit_that_cannot_be_read_leaves_the_others():
    text = "#cloud-config\nruncmd: [docker run a:1]\nwrite_files:\n- {path: /a.service, content: x}\n"
    services, unresolved = found_in(text)
    assert [image for image, _, _ in services] == ["a:1"]
    assert unresolved == [("file /a.service, which cannot be read,", 4)]


def test_many_files_after_many_lines():
    unit = "- {path: /a.service, content: 'not a unit'}\n"
    text = "#cloud-config\n" + "\n" * 200_000 + "write_files:\n" + unit * 1500
    with ends():
        read(text, "a.yaml")

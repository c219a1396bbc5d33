"""Containers that playbooks of Ansible start, with lines."""

import pytest
from tests.support.work import ends

from careen.formats.services.ansible_tasks import is_ansible, read

TEXT = """\
- hosts: all
  vars: {tag: "1.2", open: true}
  tasks:
    - name: web
      community.docker.docker_container:
        name: web
        image: "registry.example/web:{{ tag }}"
        privileged: "{{ open }}"
        network_mode: "{{ mode }}"
        volumes: /var/run/docker.sock:/s,data:/d
        env: {PASSWORD: x, TOKEN: "{{ vault.token }}"}
        published_ports: ["22:22"]
        capabilities: [SYS_ADMIN]
        etc_hosts: {metadata: 169.254.169.254}
        networks: [{name: back}]
        log_driver: none
    - docker_container: name=short image=nginx pid_mode=host
    - block:
        - ansible.builtin.shell: |
            docker run --privileged alpine:3
    - community.docker.docker_container: {name: gone, image: x, privileged: true, state: absent}
    - kubernetes.core.k8s: {definition: {}}
"""


def test_a_playbook():
    found = read(TEXT, "play.yml")
    web, short, run = sorted(found.services, key=lambda service: service.node.line)
    assert (web.label, web.image) == ("container web", "registry.example/web:1.2")
    assert web.is_on("privileged") and web.node.line_of("privileged") == 8
    assert [mount.host_path or mount.source for mount in web.mounts()] == ["/var/run/docker.sock", "data"]
    assert {name: value for name, value, _ in web.environment()} == {"PASSWORD": "x", "TOKEN": "${expression}"}
    assert (web.added, web.networks(), web.node.texts("extra_hosts")) == (
        {"SYS_ADMIN"}, ("back",), ["metadata=169.254.169.254"],
    )  # fmt: skip
    assert [port.target for port in web.ports()] == ["22"] and web.node.map("logging").text("driver") == "none"
    assert (short.name, short.image, short.node.text("pid"), short.node.line) == ("short", "nginx", "host", 17)
    assert run.is_on("privileged") and run.node.line == 20
    assert {(part.what, part.line) for part in found.unresolved} == {
        ("network_mode of container web", 9), ("module kubernetes.core.k8s", 22),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (TEXT, True), ("- name: a\n  podman_container: {}\n", True), ("- name: a\n  shell: podman run x\n", True),
        ("- hosts: all\n", False), ("jobs:\n  a:\n    steps:\n    - shell: bash\n", False), ("docker_container: {}\n", False),
    ],
)  # fmt: skip
def test_recognition(text, is_one):
    assert is_ansible(text) is is_one


@pytest.mark.parametrize("value", ["1", "[]", "[[]]", "{}", "x='", '"{{ a }}"', "[{name: 1}, 2]", "{a: {b: c}}"])
def test_hostile_values(value):
    keys = ("image", "volumes", "env", "networks", "etc_hosts", "ports", "log_driver", "state")
    settings = ", ".join(f"{key}: {value}" for key in keys)
    read(f"- docker_container: {{{settings}}}\n- docker_container: {value}\n- shell: {value}\n", "a.yml")


def test_hostile_text():
    with ends():
        for part in ("- shell: ", " ", "\n", "{{ ", "a.", "- name:\n"):
            is_ansible(part * 200_000)
        read("- docker_container: {image: '" + "{{ a" * 50_000 + "'}\n", "a.yml")

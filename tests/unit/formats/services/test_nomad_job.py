"""Containers of jobs of Nomad, with lines."""

import pytest

from careen.formats.services.nomad_job import read

TEXT = """\
variable "tag" { default = "7" }
variable "open" {}
job "shop" {
  group "g" {
    network {
      port "db" {
        static = 6379
        to     = 6380
      }
    }
    volume "v" {
      type   = "host"
      source = "data"
    }
    task "redis" {
      driver = "docker"
      user   = "root"
      config {
        image        = "redis:${var.tag}"
        privileged   = true
        pid_mode     = "host"
        network_mode = var.open
        volumes      = ["/var/run/docker.sock:/s", "local:/l"]
        ports        = ["db"]
        cap_add      = ["SYS_ADMIN"]
        args         = ["--port", "${NOMAD_PORT_db}"]
        mount {
          type     = "bind"
          source   = "/etc"
          target   = "/e"
          readonly = true
        }
        logging {
          type = "none"
        }
      }
      env {
        PASSWORD = "x"
      }
      volume_mount {
        volume      = "v"
        destination = "/d"
      }
      resources {
        memory = 64
      }
    }
    task "host" {
      driver = "raw_exec"
    }
  }
}
"""


def test_a_job():
    found = read(TEXT, "a.nomad")
    (redis,) = found.services
    assert (redis.label, redis.image, redis.node.line_of("image")) == ("task redis", "redis:7", 19)
    assert redis.is_on("privileged") and redis.node.line_of("privileged") == 20
    assert (redis.node.text("pid"), redis.node.text("user"), redis.added) == ("host", "root", {"SYS_ADMIN"})
    mounts = [(mount.kind, mount.host_path or mount.source, mount.read_only) for mount in redis.mounts()]
    assert mounts == [
        ("bind", "/var/run/docker.sock", False), ("volume", "local", False), ("bind", "/etc", True), ("volume", "data", False),
    ]  # fmt: skip
    assert [(port.published, port.target) for port in redis.ports()] == [("6379", "6380")]
    assert list(redis.environment()) == [("PASSWORD", "x", 0)]
    assert redis.limit("memory") == 64e6 and redis.node.map("logging").text("driver") == "none"
    assert [(part.what, part.line) for part in found.unresolved] == [
        ("network_mode of task redis", 22),
        ("task host of the driver raw_exec", 49),
    ]


def test_a_task_without_settings():
    (service,) = read('job "a" {\n  task "b" {\n    driver = "docker"\n  }\n}\n', "a.nomad").services
    assert service.limit("memory") == 300e6


@pytest.mark.parametrize("text", ["job {", 'job "a" {\n  task "b" { driver = }\n}', "[["])
def test_what_is_no_job(text):
    with pytest.raises(ValueError):
        read(text, "a.nomad")


@pytest.mark.parametrize("value", ["1", "[]", "{}", "null", "var.x", '["${a.b}", 1, {}]'])
def test_hostile_values(value):
    keys = ("image", "privileged", "volumes", "args", "ports", "mount", "mounts", "devices", "logging", "auth")
    settings = "\n".join(f"{key} = {value}" for key in keys)
    read(f'job "a" {{\n task "b" {{\n driver = "docker"\n config {{\n{settings}\n}}\n}}\n}}', "a.nomad")

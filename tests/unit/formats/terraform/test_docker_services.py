"""Containers of the Docker provider as services."""

from careen.formats.terraform.configuration import read
from careen.formats.terraform.docker_services import docker_services

TEXT = """\
resource "docker_image" "web" { name = "registry.example/web:1.4.2" }
resource "docker_container" "web" {
  name        = "web"
  image       = docker_image.web.image_id
  privileged  = true
  pid_mode    = "host"
  env         = ["A=b"]
  capabilities {
    add  = ["NET_ADMIN"]
    drop = ["ALL"]
  }
  ports {
    internal = 80
    external = 8080
    ip       = "127.0.0.1"
  }
  ports { internal = 81 }
  volumes {
    host_path      = "/var/run/docker.sock"
    container_path = "/sock"
    read_only      = true
  }
  mounts {
    type   = "bind"
    source = "/etc"
    target = "/host"
  }
}
resource "docker_container" "other" {
  name  = "other"
  image = var.image
}
"""


def test_a_container():
    web, other = docker_services(read({"main.tf": TEXT}))
    assert (web.image, other.image) == ("registry.example/web:1.4.2", "${var.image}")
    assert web.is_on("privileged")
    assert (web.added, web.dropped) == ({"NET_ADMIN"}, {"ALL"})
    assert (web.node["pid"], list(web.environment())) == ("host", [("A", "b", 0)])
    assert [(mount.host_path, mount.target, mount.read_only) for mount in web.mounts()] == [
        ("/var/run/docker.sock", "/sock", True),
        ("/etc", "/host", False),
    ]
    assert web.node["ports"] == [{"target": "80", "published": "8080", "host_ip": "127.0.0.1"}]
    assert web.where("privileged") == ("main.tf", 5)
    assert web.label == "container docker_container.web"

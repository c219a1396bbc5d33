"""Resources of the Kubernetes provider as objects of the API."""

from careen.formats.terraform.configuration import read
from careen.formats.terraform.kubernetes_objects import kubernetes_objects, open_lines

DEPLOYMENT = """\
resource "kubernetes_deployment_v1" "web" {
  metadata {
    name   = "web"
    labels = { app_name = "web" }
  }
  spec {
    replicas = 2
    template {
      metadata { labels = { app_name = "web" } }
      spec {
        host_pid = true
        container {
          name  = "web"
          image = var.image
          port { container_port = 80 }
          resources { limits = { cpu = "1" } }
          security_context {
            run_as_user = "1000"
            capabilities { drop = ["ALL"] }
          }
          liveness_probe {
            http_get { port = 80 }
          }
          env {
            name  = "A"
            value = var.a
          }
        }
        volume {
          name = "v"
          host_path { path = "/var/run" }
        }
      }
    }
  }
}
"""


def objects(text):
    return [one for resource in read({"main.tf": text}).resources for one in kubernetes_objects(resource)]


def test_a_deployment():
    (found,) = objects(DEPLOYMENT)
    assert (found.kind, found.name, found.body["apiVersion"], found.path) == ("Deployment", "web", "apps/v1", "main.tf")
    pod = found.spec.map("template", "spec")
    assert pod["hostPID"] is True
    assert pod["volumes"] == [{"name": "v", "hostPath": {"path": "/var/run"}}]
    (container,) = pod["containers"]
    assert container["securityContext"] == {"runAsUser": 1000, "capabilities": {"drop": ["ALL"]}}
    assert container["livenessProbe"] == {"httpGet": {"port": 80}}
    assert container["resources"] == {"limits": {"cpu": "1"}}
    assert container["ports"] == [{"containerPort": 80}]
    assert found.spec.map("template", "metadata", "labels") == {"app_name": "web"}
    assert found.body.line_of("spec", "template", "spec", "hostPID") == 11


def test_the_lines_of_what_is_not_known():
    (found,) = objects(DEPLOYMENT)
    assert open_lines(found.body) == {14: "var.image"}, "an environment's value bears no check"


def test_rules_bindings_and_manifests():
    role, binding, manifest = objects(
        'resource "kubernetes_cluster_role" "r" {\n'
        ' metadata { name = "r" }\n'
        " rule {\n"
        '  api_groups = [""]\n'
        '  resources = ["pods"]\n'
        '  verbs = ["get"]\n'
        " }\n"
        "}\n"
        'resource "kubernetes_role_binding" "b" {\n'
        " role_ref {\n"
        '  kind = "Role"\n'
        '  name = "r"\n'
        '  api_group = "x"\n'
        " }\n"
        " subject {\n"
        '  kind = "User"\n'
        '  name = "u"\n'
        " }\n"
        "}\n"
        'resource "kubernetes_manifest" "m" {\n'
        " manifest = {\n"
        '  apiVersion = "v1"\n'
        '  kind = "Pod"\n'
        '  metadata = { name = "p" }\n'
        " }\n"
        "}\n"
    )
    assert role.body["rules"] == [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    assert (binding.body["roleRef"]["apiGroup"], binding.body["subjects"][0]["kind"]) == ("x", "User")
    assert (manifest.kind, manifest.name) == ("Pod", "p")


def test_other_resources_make_none():
    assert (
        objects(
            'resource "kubernetes_secret_v9" "s" {}\n'
            'resource "aws_x" "y" {}\n'
            'resource "kubernetes_manifest" "m" { manifest = var.m }'
        )
        == []
    )

"""Resources of the Kubernetes provider as objects of the API."""

from careen.formats.terraform.configuration import read
from careen.formats.terraform.kubernetes_objects import kubernetes_objects, open_lines, unread_manifest

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


BODY = """\
resource "kubectl_manifest" "m" {
  wait      = true
  yaml_body = <<-YAML
    apiVersion: v1
    kind: Pod
    metadata: {name: p}
    spec: {hostPID: true}
    ---
    apiVersion: v1
    kind: Namespace
    metadata: {name: n}
  YAML
}
"""


def test_manifests_that_are_texts():
    pod, namespace = objects(BODY)
    assert (pod.kind, pod.name, namespace.kind) == ("Pod", "p", "Namespace")
    assert pod.body.line_of("spec", "hostPID") == 3
    assert unread_of(BODY) == [""]


def test_manifests_that_cannot_be_read():
    assert unread_of(
        'resource "kubectl_manifest" "a" { yaml_body = templatefile("x.tpl", {}) }\n'
        'resource "kubectl_manifest" "b" { yaml_body = "[" }\n'
        'resource "kubectl_manifest" "c" {}\n'
        'resource "kubernetes_manifest" "d" { manifest = var.m }\n'
        'resource "kubernetes_manifest" "e" { manifest = { kind = "Pod" } }\n'
        'resource "aws_x" "f" {}\n'
        'variable "m" {}\n'
    ) == [
        "the manifest of kubectl_manifest.a depends on templatefile(), which only Terraform knows",
        "kubectl_manifest.b has no manifest that can be read",
        "kubectl_manifest.c has no manifest that can be read",
        "the manifest of kubernetes_manifest.d depends on var.m, which only Terraform knows",
        "kubernetes_manifest.e has no manifest that can be read",
        "",
    ]


def unread_of(text):
    return [unread_manifest(resource) for resource in read({"main.tf": text}, ("main.tf",)).resources]

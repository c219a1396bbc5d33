"""Tiller of Helm 2 is deployed."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import imagename
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if imagename.parse(container.image).last == "tiller":
            yield at(container, "is Tiller", "image")
    for resource in manifests.resources:
        labels = (resource.labels, resource.spec.map("template", "metadata", "labels"))
        if any(one.text("app") == "helm" and one.text("name") == "tiller" for one in labels):
            yield at(resource, "is Tiller by its labels", "metadata", "labels")


CHECK = Check(
    id="K8S-056",
    title="Tiller of Helm 2 is deployed",
    severity="high",
    why="Tiller takes orders from any pod without asking who sends them, and usually with the rights of cluster-admin.",
    fix="Remove it; Helm 3 needs nothing in the cluster.",
    references=(
        "CWE-306",
        "CWE-1104",
    ),
    inspect=inspect,
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
""",
    ),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: ghcr.io/helm/tiller:v2.17.0
""",
        """\
apiVersion: v1
kind: Service
metadata:
  name: tiller-deploy
  labels:
    app: helm
    name: tiller
""",
    ),
)

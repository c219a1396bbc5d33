"""Ingress configuration snippet."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for ingress in manifests.of("Ingress"):
        for key in ingress.annotations:
            if key.startswith(("nginx.ingress.kubernetes.io/", "nginx.org/")) and key.endswith(("-snippet", "-snippets")):
                yield at(ingress, f"has the annotation {key}", "metadata", "annotations", key)
    for settings in manifests.of("ConfigMap"):
        if settings.body.text("data", "allow-snippet-annotations") == "true":
            yield at(settings, "allows snippets in annotations", "data", "allow-snippet-annotations")


CHECK = Check(
    id="NWP-015",
    title="Ingress configuration snippet",
    severity="high",
    why="Snippets run in the controller, which can read the Secrets of the whole cluster (CVE-2021-25742).",
    fix="Remove the snippet annotations, and set allow-snippet-annotations to false.",
    references=(
        "CVE-2021-25742",
        "CWE-94",
    ),
    inspect=inspect,
)

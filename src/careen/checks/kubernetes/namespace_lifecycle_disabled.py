"""The NamespaceLifecycle admission plugin is switched off."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "disable-admission-plugins"):
        if "NamespaceLifecycle" in controlplane.listed(value):
            yield at(container, "switches off the admission plugin NamespaceLifecycle", "command")


CHECK = Check(
    id="K8S-215",
    title="The NamespaceLifecycle admission plugin is switched off",
    severity="medium",
    why="Objects can be made in namespaces that are being deleted, and kube-system can be deleted.",
    fix="Remove NamespaceLifecycle from --disable-admission-plugins.",
    references=(
        "CIS Kubernetes 1.2.15",
        "CWE-1188",
    ),
    inspect=inspect,
)

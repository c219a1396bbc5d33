"""Kubelets may change other nodes and their pods."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "enable-admission-plugins"):
        if "NodeRestriction" not in controlplane.listed(value):
            yield at(container, "does not use NodeRestriction", "command")


CHECK = Check(
    id="K8S-216",
    title="Kubelets may change other nodes and their pods",
    severity="high",
    why="One node that is broken into labels itself into every workload and changes the others.",
    fix="Add NodeRestriction to --enable-admission-plugins.",
    references=(
        "CIS Kubernetes 1.2.16",
        "CWE-863",
    ),
    inspect=inspect,
)

"""The ServiceAccount admission plugin is switched off."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "disable-admission-plugins"):
        if "ServiceAccount" in controlplane.listed(value):
            yield at(container, "switches off the admission plugin ServiceAccount", "command")


CHECK = Check(
    id="K8S-214",
    title="The ServiceAccount admission plugin is switched off",
    severity="medium",
    why="Pods may name service accounts that they should not.",
    fix="Remove ServiceAccount from --disable-admission-plugins.",
    references=(
        "CIS Kubernetes 1.2.14",
        "CWE-1188",
    ),
    inspect=inspect,
)

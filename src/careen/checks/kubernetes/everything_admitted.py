"""The API server admits every object."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "enable-admission-plugins"):
        if "AlwaysAdmit" in controlplane.listed(value):
            yield at(container, "admits every object", "command")


CHECK = Check(
    id="K8S-211",
    title="The API server admits every object",
    severity="high",
    why="AlwaysAdmit switches off what other plugins would refuse.",
    fix="Remove AlwaysAdmit from --enable-admission-plugins.",
    references=(
        "CIS Kubernetes 1.2.11",
        "CWE-862",
    ),
    inspect=inspect,
)

"""The API server lets Services take external addresses."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "enable-admission-plugins"):
        if "DenyServiceExternalIPs" not in controlplane.listed(value):
            yield at(container, "lets Services take external addresses", "command")


CHECK = Check(
    id="K8S-203",
    title="The API server lets Services take external addresses",
    severity="low",
    why="Who may make a Service can take the traffic of any address that passes through the nodes (CVE-2020-8554).",
    fix="Add DenyServiceExternalIPs to --enable-admission-plugins.",
    references=(
        "CIS Kubernetes 1.2.3",
        "CVE-2020-8554",
    ),
    inspect=inspect,
)

"""The scheduler answers profiling requests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-scheduler", "profiling"):
        if value != "false":
            yield at(container, "answers profiling requests", "command")


CHECK = Check(
    id="K8S-240",
    title="The scheduler answers profiling requests",
    severity="low",
    why="Profiles tell of memory and of what the program is doing, and cost time to make.",
    fix="Set --profiling=false.",
    references=(
        "CIS Kubernetes 1.4.1",
        "CWE-489",
    ),
    inspect=inspect,
)

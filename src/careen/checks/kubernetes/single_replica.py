"""Deployment has one replica."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.kubernetes.quantity import count
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for deployment in manifests.of("Deployment"):
        if (count(deployment.spec.get("replicas", 1)) or 0) < 2:
            yield at(deployment, "has less than two replicas", "spec", "replicas")


CHECK = Check(
    id="K8S-074",
    title="Deployment has one replica",
    severity="negligible",
    why="Each restart or drain of its node is an outage.",
    fix="Set replicas to 2 or more if the program supports it.",
    references=("https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",),
    inspect=inspect,
    default=False,
)

"""Workload uses a system priority class."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        name = pod.node.text("priorityClassName")
        if name in ("system-node-critical", "system-cluster-critical") and pod.resource.namespace != "kube-system":
            yield at(pod, f"has the priority class {name}", "priorityClassName")


CHECK = Check(
    id="K8S-085",
    title="Workload uses a system priority class",
    severity="low",
    why="It can evict other pods from their nodes, even those that run the cluster.",
    fix="Use your own priority class.",
    references=(
        "CWE-770",
        "https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/",
    ),
    inspect=inspect,
)

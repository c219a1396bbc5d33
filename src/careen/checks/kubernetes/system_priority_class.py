"""A workload outside the system takes a priority class of the system."""

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
    title="A workload outside the system takes a priority class of the system",
    severity="low",
    why="It pushes other pods off their nodes, up to those that run the cluster.",
    fix="Use a priority class of your own.",
    references=(
        "CWE-770",
        "https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/",
    ),
    inspect=inspect,
)

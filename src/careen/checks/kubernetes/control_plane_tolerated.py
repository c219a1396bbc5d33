"""Workload tolerates control-plane nodes."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

_CONTROL_PLANE = frozenset(("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"))


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.resource.lower == "daemonset" or pod.resource.namespace == "kube-system":
            continue
        for index, toleration in enumerate(pod.node.maps("tolerations")):
            key = toleration.text("key")
            anything = not key and toleration.text("operator") == "Exists" and toleration.text("effect") in ("", "NoSchedule")
            if anything or key in _CONTROL_PLANE:
                yield at(pod, f"tolerates {key or 'every taint'}", "tolerations", index)


CHECK = Check(
    id="K8S-276",
    title="Workload tolerates control-plane nodes",
    severity="low",
    why="An attacker who breaks out of a container on a control-plane node controls the cluster.",
    fix="Remove the toleration; tolerate the taints of your own nodes by name.",
    references=(
        "CWE-653",
        "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/",
    ),
    inspect=inspect,
)

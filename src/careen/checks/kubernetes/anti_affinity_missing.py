"""Pod anti-affinity missing."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests, Pod
from careen.formats.kubernetes.quantity import count
from careen.formats.kubernetes.selectors import matches
from careen.plugins import Check, Place


def keeps_apart(pod: Pod, term: Mapping) -> bool:
    """Whether an anti-affinity term applies to the pod's own replicas."""
    spaces = term.texts("namespaces")
    here = not spaces or (pod.resource.namespace or "default") in spaces
    return bool(term.text("topologyKey")) and here and matches(pod.labels, term.map("labelSelector"))


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.resource.lower not in ("deployment", "deploymentconfig", "replicaset", "rollout"):
            continue
        if (count(pod.resource.spec.get("replicas", 1)) or 0) < 2 or pod.node.seq("topologySpreadConstraints"):
            continue
        rules = pod.node.map("affinity", "podAntiAffinity")
        terms = [*rules.maps("requiredDuringSchedulingIgnoredDuringExecution")]
        terms += [rule.map("podAffinityTerm") for rule in rules.maps("preferredDuringSchedulingIgnoredDuringExecution")]
        if not any(keeps_apart(pod, term) for term in terms):
            yield at(pod.resource, "may have all its replicas on one node", "spec", "replicas")


CHECK = Check(
    id="K8S-086",
    title="Pod anti-affinity missing",
    severity="negligible",
    why="All replicas may run on one node: if it fails, the whole workload is down.",
    fix="Add a podAntiAffinity on kubernetes.io/hostname, or topologySpreadConstraints.",
    references=("https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",),
    inspect=inspect,
    default=False,
)

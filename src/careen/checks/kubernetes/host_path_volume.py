"""A pod mounts a path of its node."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.host_path_volumes, manifests)


CHECK = Check(
    id="K8S-005",
    title="A pod mounts a path of its node",
    severity="medium",
    why=(
        "A path of the node outlives the pod and is shared with whatever else is on the node: it is a way out of the "
        "container and a way to other pods."
    ),
    fix=(
        "Use a volume that belongs to the pod (emptyDir, configMap, a claim); where a path of the node is needed, "
        "mount the smallest one read-only."
    ),
    references=(
        "PSS baseline: HostPath Volumes",
        "CIS Kubernetes 5.2.12",
        "CWE-668",
    ),
    inspect=inspect,
)

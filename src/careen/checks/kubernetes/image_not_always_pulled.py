"""imagePullPolicy is not Always."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if container.node.text("imagePullPolicy") != "Always":
            yield at(container, "uses an image that is on the node without asking the registry", "imagePullPolicy")


CHECK = Check(
    id="K8S-046",
    title="imagePullPolicy is not Always",
    severity="negligible",
    why=(
        "Any pod on the node can run a private image that another pod pulled, and an old image stays in use if its tag moves."
    ),
    fix="Set imagePullPolicy: Always, or enable the admission plugin AlwaysPullImages.",
    references=(
        "CIS Kubernetes 1.2.11",
        "CWE-287",
    ),
    inspect=inspect,
    default=False,
)

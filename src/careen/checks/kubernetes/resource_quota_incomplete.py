"""ResourceQuota does not limit CPU and memory."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

NAMES = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("ResourceQuota"):
        missing = [name for name in NAMES if not resource.spec.text("hard", name)]
        if missing:
            yield at(resource, f"does not limit {', '.join(missing)}", "spec", "hard")


CHECK = Check(
    id="K8S-105",
    title="ResourceQuota does not limit CPU and memory",
    severity="negligible",
    why="The namespace can use up the whole cluster for what the quota leaves out.",
    fix="Set requests.cpu, requests.memory, limits.cpu and limits.memory under spec.hard.",
    references=(
        "CIS Kubernetes 5.7",
        "CWE-770",
    ),
    inspect=inspect,
    default=False,
)

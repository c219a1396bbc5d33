"""A pod has its own names for hosts."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.node.seq("hostAliases"):
            yield at(pod, "has its own names for hosts", "hostAliases")


CHECK = Check(
    id="K8S-053",
    title="A pod has its own names for hosts",
    severity="low",
    why=("Entries in /etc/hosts beat DNS: traffic goes where the manifest sends it, which is easily overlooked in an outage."),
    fix="Remove hostAliases; put names into DNS.",
    references=("CWE-350",),
    inspect=inspect,
)

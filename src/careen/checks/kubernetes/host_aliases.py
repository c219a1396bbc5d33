"""hostAliases is set."""

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
    title="hostAliases is set",
    severity="low",
    why="Entries in /etc/hosts override DNS: traffic goes elsewhere, which is hard to notice.",
    fix="Remove hostAliases; use DNS.",
    references=("CWE-350",),
    inspect=inspect,
)

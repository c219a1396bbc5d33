"""A kubelet never ends idle streams."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "streaming-connection-idle-timeout"):
        if value in ("0", "0s"):
            yield at(resource, "never ends idle streams", *keys)


CHECK = Check(
    id="K8S-254",
    title="A kubelet never ends idle streams",
    severity="low",
    why="Forgotten shells and forwards stay open and use up connections.",
    fix="Set streamingConnectionIdleTimeout to another value than 0.",
    references=(
        "CIS Kubernetes 4.2.5",
        "CWE-613",
    ),
    inspect=inspect,
)

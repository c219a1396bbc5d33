"""A kubelet does not rotate its server certificate."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "rotate-server-certificates"):
        if value != "true":
            yield at(resource, "does not rotate its server certificate", *keys)


CHECK = Check(
    id="K8S-262",
    title="A kubelet does not rotate its server certificate",
    severity="low",
    why="A certificate that leaks serves for its whole life.",
    fix="Set serverTLSBootstrap to true.",
    references=(
        "CIS Kubernetes 4.2.12",
        "CWE-324",
    ),
    inspect=inspect,
)

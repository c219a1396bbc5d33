"""A kubelet does not rotate its client certificate."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "rotate-certificates"):
        if value == "false":
            yield at(resource, "does not rotate its client certificate", *keys)


CHECK = Check(
    id="K8S-261",
    title="A kubelet does not rotate its client certificate",
    severity="low",
    why="A certificate that leaks serves for its whole life, and the node drops out when it ends.",
    fix="Set rotateCertificates to true.",
    references=(
        "CIS Kubernetes 4.2.11",
        "CWE-324",
    ),
    inspect=inspect,
)

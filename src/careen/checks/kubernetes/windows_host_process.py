"""A container is a process of the Windows node."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.host_process, manifests)


CHECK = Check(
    id="K8S-020",
    title="A container is a process of the Windows node",
    severity="high",
    why="A HostProcess container is a privileged process of the node, with its file system and network.",
    fix="Remove windowsOptions.hostProcess.",
    references=(
        "PSS baseline: HostProcess",
        "CIS Kubernetes 5.2.11",
        "CWE-250",
    ),
    inspect=inspect,
)

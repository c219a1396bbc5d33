"""Container listens on a port below 1024."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        for index, port in enumerate(container.node.seq("ports")):
            number = port.get("containerPort") if isinstance(port, Mapping) else None
            if isinstance(number, int) and 0 < number < 1024:
                yield at(container, f"listens on port {number}", "ports", index, "containerPort")


CHECK = Check(
    id="K8S-061",
    title="Container listens on a port below 1024",
    severity="low",
    why="This needs root, a capability or a sysctl, although a Service can map any port.",
    fix="Listen on port 1024 or above, and map it in the Service.",
    references=(
        "CIS Docker 5.8",
        "CWE-250",
    ),
    inspect=inspect,
)

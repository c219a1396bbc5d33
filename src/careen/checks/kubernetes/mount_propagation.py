"""Mount propagation is Bidirectional."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        for index, mount in enumerate(container.node.seq("volumeMounts")):
            if isinstance(mount, Mapping) and mount.get("mountPropagation") == "Bidirectional":
                yield at(container, "propagates its mounts to the host", "volumeMounts", index, "mountPropagation")


CHECK = Check(
    id="K8S-117",
    title="Mount propagation is Bidirectional",
    severity="high",
    why="Mounts of the container appear on the node and in other pods, over existing files.",
    fix="Set mountPropagation to HostToContainer or None; only storage drivers need Bidirectional.",
    references=(
        "CIS Docker 5.20",
        "CWE-668",
    ),
    inspect=inspect,
)

"""SSH port is exposed."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        for index, port in enumerate(container.node.seq("ports")):
            if isinstance(port, Mapping) and port.get("containerPort") == 22 and port.text("protocol") in ("", "TCP"):
                yield at(container, "listens on port 22", "ports", index, "containerPort")
    for service in manifests.services:
        for index, port in enumerate(service.spec.seq("ports")):
            is_ssh = isinstance(port, Mapping) and (port.get("port") == 22 or port.get("targetPort") in (22, "ssh"))
            if is_ssh and port.text("protocol") in ("", "TCP"):
                yield at(service, "offers SSH", "spec", "ports", index)


CHECK = Check(
    id="K8S-060",
    title="SSH port is exposed",
    severity="medium",
    why="SSH is a second way in beside kubectl exec, with keys and accounts that the cluster does not know or log.",
    fix="Remove the SSH server; use kubectl exec or an ephemeral container.",
    references=(
        "CIS Docker 5.7",
        "CWE-1188",
    ),
    inspect=inspect,
)

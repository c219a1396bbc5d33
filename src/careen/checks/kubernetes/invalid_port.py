"""Port is out of range, or its name is invalid."""

import re
from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping, as_text
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

NAME = re.compile(r"(?=.{1,15}\Z)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*\Z")


def valid(value: object) -> bool:
    if isinstance(value, int):
        return 0 < value < 65536
    return NAME.match(as_text(value)) is not None


def inspect(manifests: Manifests) -> Iterator[Place]:
    for service in manifests.services:
        for index, port in enumerate(service.spec.seq("ports")):
            value = port.get("targetPort") if isinstance(port, Mapping) else None
            if value is not None and not valid(value):
                yield at(service, f"has the target port {as_text(value)}", "spec", "ports", index, "targetPort")
    for container in manifests.containers:
        for index, port in enumerate(container.node.seq("ports")):
            for key in ("name", "containerPort"):
                value = port.get(key) if isinstance(port, Mapping) else None
                if value is not None and not valid(as_text(value) if key == "name" else value):
                    yield at(container, f"has the port {as_text(value)}", "ports", index, key)


CHECK = Check(
    id="K8S-071",
    title="Port is out of range, or its name is invalid",
    severity="negligible",
    why="The API rejects the resource.",
    fix="Use 1 to 65535, or a name of at most 15 lower-case letters, digits and hyphens with at least one letter.",
    references=("RFC 6335, section 5.1",),
    inspect=inspect,
)

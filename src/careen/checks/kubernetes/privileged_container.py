"""A container is privileged."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.privileged, manifests)


CHECK = Check(
    id="K8S-001",
    title="A container is privileged",
    severity="critical",
    why=("A privileged container has every capability and every device of the node: whoever breaks into it owns the node."),
    fix="Remove securityContext.privileged, and add the one capability or device that is needed.",
    references=(
        "PSS baseline: Privileged Containers",
        "CIS Kubernetes 5.2.2",
        "CWE-250",
    ),
    inspect=inspect,
)

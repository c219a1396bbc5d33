"""A container takes a port of its node."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.host_ports, manifests)


CHECK = Check(
    id="K8S-007",
    title="A container takes a port of its node",
    severity="medium",
    why=(
        "The port is open on the address of the node, past Services and often past NetworkPolicies, and keeps a "
        "second replica off the node."
    ),
    fix="Remove hostPort and publish the port through a Service.",
    references=(
        "PSS baseline: Host Ports",
        "CIS Kubernetes 5.2.13",
        "CWE-668",
    ),
    inspect=inspect,
)

"""A role may change how the network is joined."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place

RESOURCES = ("services", "endpoints", "endpointslices", "networkpolicies", "ingresses")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, RESOURCES, (*rbac.WRITE, "impersonate")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-038",
    title="A role may change how the network is joined",
    severity="medium",
    why="Traffic can be taken, sent elsewhere, or let past its policies.",
    fix="Give the right to those who run the network alone.",
    references=(
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

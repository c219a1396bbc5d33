"""A role may give any role to anyone in a namespace."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for makes in rbac.making_and_binding(manifests, "rolebindings"):
        yield at(makes, "makes bindings, and another rule of it may bind any role", "resources")


CHECK = Check(
    id="RBC-026",
    title="A role may give any role to anyone in a namespace",
    severity="high",
    why="It makes bindings and may bind roles beyond its own rights: the way to all rights there.",
    fix="Take bind or create away, or name the roles in resourceNames.",
    references=(
        "CIS Kubernetes 5.1.8",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

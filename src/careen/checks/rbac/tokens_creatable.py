"""A role may make tokens of service accounts."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("serviceaccounts/token",), ("create",)):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-031",
    title="A role may make tokens of service accounts",
    severity="high",
    why="The holder acts as any service account it reaches.",
    fix="Name the service accounts in resourceNames.",
    references=(
        "CIS Kubernetes 5.1.13",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

"""A role may act as somebody else."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("users", "groups", "serviceaccounts", "uids"), ("impersonate",)):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-028",
    title="A role may act as somebody else",
    severity="critical",
    why="Whoever may impersonate groups is system:masters with one header.",
    fix="Remove impersonate, or name whom in resourceNames.",
    references=(
        "CIS Kubernetes 5.1.8",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

"""A role may give itself more rights."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place

RESOURCES = ("roles", "clusterroles", "rolebindings", "clusterrolebindings")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, RESOURCES, ("escalate", "bind", "impersonate")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-007",
    title="A role may give itself more rights",
    severity="critical",
    why="escalate writes rights into a role that its holder does not have, bind gives any role to anyone.",
    fix="Remove the verb, or name the roles it is for in resourceNames.",
    references=(
        "CIS Kubernetes 5.1.8",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

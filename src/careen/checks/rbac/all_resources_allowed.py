"""Wildcard in the resources of a role."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for rule in manifests.rules:
        if "*" in rule.resources:
            yield at(rule, f"allows {', '.join(sorted(rule.verbs)[:5])} on every resource", "resources")


CHECK = Check(
    id="RBC-014",
    title="Wildcard in the resources of a role",
    severity="high",
    why="The wildcard includes Secrets, roles, and resources that are added later.",
    fix="List the resources that are needed.",
    references=(
        "CIS Kubernetes 5.1.3",
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

"""Wildcard in the API groups of a role."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for rule in manifests.rules:
        if "*" in rule.groups and "*" not in rule.resources:
            yield at(rule, f"allows {', '.join(sorted(rule.resources)[:5])} of every API group", "apiGroups")


CHECK = Check(
    id="RBC-049",
    title="Wildcard in the API groups of a role",
    severity="low",
    why="Resources of the same name in groups that are added later are allowed too.",
    fix="List the groups that are needed.",
    references=(
        "CIS Kubernetes 5.1.3",
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

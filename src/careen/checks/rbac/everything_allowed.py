"""Role allows all verbs on all resources."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for rule in manifests.rules:
        if "*" in rule.resources and "*" in rule.verbs:
            yield at(rule, "allows everything on everything", "resources")


CHECK = Check(
    id="RBC-001",
    title="Role allows all verbs on all resources",
    severity="critical",
    why="Anyone with the role is an administrator, also of resources that are added later.",
    fix="List the resources and verbs that are needed.",
    references=(
        "CIS Kubernetes 5.1.3",
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

"""Wildcard in the verbs of a role."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for rule in manifests.rules:
        if "*" in rule.verbs and rule.resources:
            yield at(rule, f"allows every verb on {', '.join(sorted(rule.resources)[:5])}", "verbs")


CHECK = Check(
    id="RBC-013",
    title="Wildcard in the verbs of a role",
    severity="high",
    why="The wildcard may include escalate, bind, impersonate, and verbs that are added later.",
    fix="List the verbs that are needed.",
    references=(
        "CIS Kubernetes 5.1.3",
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

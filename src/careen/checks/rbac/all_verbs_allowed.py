"""A role allows every verb on a resource."""

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
    title="A role allows every verb on a resource",
    severity="high",
    why="Among them may be escalate, bind, impersonate, and verbs that come later.",
    fix="Name the verbs that are needed.",
    references=(
        "CIS Kubernetes 5.1.3",
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

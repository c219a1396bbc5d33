"""A role allows everything on everything."""

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
    title="A role allows everything on everything",
    severity="critical",
    why="Whoever has the role is an administrator, also of kinds that are installed later.",
    fix="Name the resources and verbs that are needed.",
    references=(
        "CIS Kubernetes 5.1.3",
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

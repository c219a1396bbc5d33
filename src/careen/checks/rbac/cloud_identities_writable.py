"""Role can change cloud identities (aws-auth)."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests, grants
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for rule in manifests.rules:
        verbs = grants(rule, "configmaps", (*rbac.WRITE, "impersonate"))
        if verbs and "aws-auth" in rule.names:
            yield at(rule, f"may {', '.join(sorted(verbs))} ConfigMap aws-auth", "resourceNames")


CHECK = Check(
    id="RBC-039",
    title="Role can change cloud identities (aws-auth)",
    severity="critical",
    why="Anyone who can write the ConfigMap aws-auth makes any cloud identity a cluster administrator.",
    fix="Remove aws-auth from resourceNames.",
    references=(
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

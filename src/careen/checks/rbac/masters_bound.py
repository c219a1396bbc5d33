"""Role is bound to the group system:masters."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for binding in manifests.bindings:
        for subject in rbac.subjects(binding):
            if subject.text("name") == "system:masters":
                yield at(binding, "gives its role to system:masters", "subjects")


CHECK = Check(
    id="RBC-024",
    title="Role is bound to the group system:masters",
    severity="high",
    why="The group bypasses all authorization and cannot be revoked from a certificate; the binding hides that.",
    fix="Use your own group.",
    references=(
        "CIS Kubernetes 5.1.7",
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

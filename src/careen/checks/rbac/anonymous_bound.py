"""Role is bound to anonymous users."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

SHIPPED = ("system:public-info-viewer",)  # with Kubernetes: version and health


def inspect(manifests: Manifests) -> Iterator[Place]:
    for binding in manifests.bindings:
        if binding.name in SHIPPED:
            continue
        for subject in rbac.subjects(binding):
            if subject.text("name") in rbac.EVERYONE:
                yield at(binding, f"gives its role to {subject.text('name')}", "subjects")


CHECK = Check(
    id="RBC-003",
    title="Role is bound to anonymous users",
    severity="critical",
    why="Anyone who reaches the API server has these permissions, without authentication.",
    fix="Remove system:anonymous and system:unauthenticated from subjects.",
    references=(
        "CIS Kubernetes 1.2.1",
        "CWE-306",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

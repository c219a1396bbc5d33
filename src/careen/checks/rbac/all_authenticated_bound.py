"""Role is bound to all authenticated users."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

SHIPPED = ("system:basic-user", "system:discovery", "system:public-info-viewer")  # with Kubernetes


def inspect(manifests: Manifests) -> Iterator[Place]:
    for binding in manifests.bindings:
        if binding.name in SHIPPED:
            continue
        for subject in rbac.subjects(binding):
            if subject.text("name") == "system:authenticated":
                yield at(binding, "gives its role to system:authenticated", "subjects")


CHECK = Check(
    id="RBC-023",
    title="Role is bound to all authenticated users",
    severity="high",
    why="Every service account and user has these permissions; with some cloud providers, all their customers.",
    fix="Bind the role to the users, groups or service accounts that need it.",
    references=(
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

"""A role is bound to every authenticated user."""

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
    title="A role is bound to every authenticated user",
    severity="high",
    why="Each service account and each user has these rights; with some providers, each of their customers.",
    fix="Name the users, groups or service accounts that need the role.",
    references=(
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

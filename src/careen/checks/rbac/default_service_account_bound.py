"""Role is bound to a default service account."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for binding in manifests.bindings:
        for subject in rbac.subjects(binding):
            if subject.text("kind") == "ServiceAccount" and subject.text("name") == "default":
                yield at(binding, "gives its role to a default service account", "subjects")


CHECK = Check(
    id="RBC-011",
    title="Role is bound to a default service account",
    severity="medium",
    why="Every pod of the namespace without its own service account has these permissions.",
    fix="Create a service account for the workload, and bind the role to it.",
    references=(
        "CIS Kubernetes 5.1.5",
        "CWE-1220",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

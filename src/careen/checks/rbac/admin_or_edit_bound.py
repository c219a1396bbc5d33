"""Role admin or edit is bound."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests, built_in
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for binding in manifests.bindings:
        name = binding.body.text("roleRef", "name")
        if name in ("admin", "edit") and binding.body.text("roleRef", "kind") == "ClusterRole" and not built_in(binding.name):
            yield at(binding, f"gives the role {name}", "roleRef")


CHECK = Check(
    id="RBC-015",
    title="Role admin or edit is bound",
    severity="medium",
    why="admin manages permissions of the namespace; edit reads its Secrets and runs as any of its service accounts.",
    fix="Bind a role with only the permissions that are needed.",
    references=(
        "CIS Kubernetes 5.1.1",
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

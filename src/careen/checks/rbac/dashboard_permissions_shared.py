"""Permissions of the dashboard are used by others."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

DASHBOARD = "kubernetes-dashboard"


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        is_other = not any("dashboard" in container.image for container in pod.containers)
        if pod.service_account == DASHBOARD and is_other:
            yield at(pod, "runs as the service account of the dashboard", "serviceAccountName")
    for binding in manifests.bindings:
        for subject in rbac.subjects(binding):
            if binding.body.text("roleRef", "name") == DASHBOARD and subject.text("name") != DASHBOARD:
                yield at(binding, f"gives the role of the dashboard to {subject.text('name')}", "subjects")


CHECK = Check(
    id="RBC-043",
    title="Permissions of the dashboard are used by others",
    severity="medium",
    why="The dashboard often may do nearly everything: whoever has its account or role may do it past its log-in.",
    fix="Give the subject a role of its own with the permissions that it needs.",
    references=(
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

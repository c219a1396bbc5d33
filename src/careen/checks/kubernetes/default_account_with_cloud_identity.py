"""Default service account has a cloud identity."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

IDENTITIES = ("eks.amazonaws.com/role-arn", "azure.workload.identity/client-id", "iam.gke.io/gcp-service-account")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for account in manifests.of("ServiceAccount"):
        for key in IDENTITIES:
            if account.name == "default" and key in account.annotations:
                yield at(account, f"has the cloud identity of {key}", "metadata", "annotations", key)


CHECK = Check(
    id="K8S-295",
    title="Default service account has a cloud identity",
    severity="medium",
    why="Every pod of the namespace that names no account has the permissions of the identity in the cloud.",
    fix="Annotate a service account that only the workload uses.",
    references=(
        "CIS Kubernetes 5.1.5",
        "CWE-1220",
    ),
    inspect=inspect,
)

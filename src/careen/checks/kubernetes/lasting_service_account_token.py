"""Service account token never expires."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for secret in manifests.of("Secret"):
        if secret.body.text("type") == "kubernetes.io/service-account-token":
            account = secret.annotations.text("kubernetes.io/service-account.name")
            yield at(secret, f"keeps a token of {account or 'a service account'}", "type")


CHECK = Check(
    id="K8S-275",
    title="Service account token never expires",
    severity="medium",
    why="Anyone who reads the Secret has the permissions of the account forever; requested tokens expire with their pod.",
    fix="Use tokens that the kubelet mounts, or kubectl create token.",
    references=(
        "CWE-613",
        "CIS Kubernetes 1.9, 5.1.6",
        "https://kubernetes.io/docs/concepts/security/service-accounts/",
    ),
    inspect=inspect,
)

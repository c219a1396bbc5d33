"""A role gives access to Secrets."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("secrets",), rbac.ANY):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-004",
    title="A role gives access to Secrets",
    severity="high",
    why=(
        "Secrets hold the credentials of workloads and, with them, the rights of other service accounts; list and "
        "watch give their content as get does."
    ),
    fix="Mount the Secret into the pod that needs it; else name it in resourceNames.",
    references=(
        "CIS Kubernetes 5.1.2",
        "CWE-522",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

"""Service account is not in these manifests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        name = pod.service_account
        if name != "default" and manifests.named("ServiceAccount", name, pod.resource.namespace) is None:
            yield at(pod, f"runs as service account {name}, which is not here", "serviceAccountName")


CHECK = Check(
    id="K8S-069",
    title="Service account is not in these manifests",
    severity="negligible",
    why="The pods are not created until somebody creates the account, with unknown permissions.",
    fix="Add the ServiceAccount, or correct serviceAccountName.",
    references=("https://kubernetes.io/docs/concepts/security/service-accounts/",),
    inspect=inspect,
    default=False,
)

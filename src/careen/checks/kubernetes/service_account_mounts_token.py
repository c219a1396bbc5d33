"""Service accounts that do not forbid mounting their token."""

from collections.abc import Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def _mounts(is_default: bool, manifests: Manifests) -> Iterator[Place]:
    for account in manifests.of("ServiceAccount"):
        if (account.name == "default") is is_default and account.body.get("automountServiceAccountToken") is not False:
            yield at(account, "mounts its token into the pods that use it", "automountServiceAccountToken")


CHECKS = (
    Check(
        id="K8S-277",
        title="Default service account mounts its token",
        severity="medium",
        why="Every pod of the namespace that names no account gets credentials for the API, although it seldom needs them.",
        fix="Set automountServiceAccountToken: false in the ServiceAccount default.",
        references=("CIS Kubernetes 5.1.5", "CWE-1220", "KEP-1205"),
        inspect=partial(_mounts, True),
    ),
    Check(
        id="K8S-278",
        title="Service account does not forbid mounting its token",
        severity="low",
        why="A pod that uses the account gets credentials for the API unless the pod itself refuses them.",
        fix="Set automountServiceAccountToken: false in the ServiceAccount, and true in the pods that need the token.",
        references=("CIS Kubernetes 5.1.6", "CWE-522", "KEP-1205"),
        inspect=partial(_mounts, False),
        default=False,
    ),
)

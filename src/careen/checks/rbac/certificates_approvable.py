"""A role may approve certificates."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("certificatesigningrequests/approval",), ("update", "patch")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-030",
    title="A role may approve certificates",
    severity="high",
    why="Who approves requests gives itself the certificate of any user or node.",
    fix="Give the right to the controller that signs alone.",
    references=(
        "CIS Kubernetes 5.1.11",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

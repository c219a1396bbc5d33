"""A role may change namespaces."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("namespaces",), ("update", "patch")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-041",
    title="A role may change namespaces",
    severity="medium",
    why=("The labels of a namespace decide which Pod Security Standard is enforced there and what its network policies match."),
    fix="Give the right to administrators alone.",
    references=(
        "CIS Kubernetes 5.1",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

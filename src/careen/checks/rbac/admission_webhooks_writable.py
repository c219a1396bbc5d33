"""A role may change admission webhooks."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place

RESOURCES = ("mutatingwebhookconfigurations", "validatingwebhookconfigurations")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, RESOURCES, (*rbac.WRITE, "impersonate")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-029",
    title="A role may change admission webhooks",
    severity="high",
    why=("A webhook reads and changes every object on its way into the cluster, Secrets included, or lets everything pass."),
    fix="Give the right to those who run admission alone.",
    references=(
        "CIS Kubernetes 5.1.12",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

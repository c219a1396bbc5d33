"""A role may change ConfigMaps."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("configmaps",), (*rbac.WRITE, "impersonate")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-037",
    title="A role may change ConfigMaps",
    severity="medium",
    why="Configuration decides what programs run and trust; some ConfigMaps run the cluster.",
    fix="Name the ConfigMaps in resourceNames.",
    references=(
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

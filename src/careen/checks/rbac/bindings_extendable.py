"""A role may add subjects to bindings it has."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("rolebindings", "clusterrolebindings"), ("get", "patch")):
        if len(granted.verbs) == 2:
            yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-025",
    title="A role may add subjects to bindings it has",
    severity="low",
    why="Who is in a binding adds others to it, so that taking the right away from one ends nothing.",
    fix="Take patch from the verbs.",
    references=(
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

"""Role can add subjects to its own bindings."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("rolebindings", "clusterrolebindings"), ("get", "patch")):
        if len(granted.verbs) == 2:
            yield at(granted.rule, granted.description, "resources")


CHECK = Check(
    id="RBC-025",
    title="Role can add subjects to its own bindings",
    severity="low",
    why="A subject can add others to the binding: removing one subject does not end the access.",
    fix="Remove patch from verbs.",
    references=(
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

"""A role may add containers to running pods."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("pods/ephemeralcontainers",), ("update", "patch")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-034",
    title="A role may add containers to running pods",
    severity="high",
    why="The added container sees processes, files and credentials of the pod.",
    fix="Keep it to people who mend things.",
    references=(
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

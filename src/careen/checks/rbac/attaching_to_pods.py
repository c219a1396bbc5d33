"""A role may attach to pods."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("pods/attach",), ("create", "get"), wildcard=True):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-018",
    title="A role may attach to pods",
    severity="high",
    why="Whoever has it types into what runs there and reads what it writes.",
    fix="Keep it to people who mend things, for the time they do.",
    references=(
        "CIS Kubernetes 5.1",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)

"""A container has no seccomp profile."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.seccomp_restricted, manifests)


CHECK = Check(
    id="K8S-039",
    title="A container has no seccomp profile",
    severity="low",
    why="Without one every system call is open unless the kubelet sets a default; the restricted profile asks for one.",
    fix="Set seccompProfile.type to RuntimeDefault in the security context of the pod.",
    references=(
        "PSS restricted: Seccomp",
        "CIS Kubernetes 5.7.2",
        "CWE-693",
    ),
    inspect=inspect,
)

"""A container may gain privileges."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.privilege_escalation, manifests)


CHECK = Check(
    id="K8S-010",
    title="A container may gain privileges",
    severity="medium",
    why="Without no_new_privs a setuid or setcap program in the image makes its caller root or adds capabilities.",
    fix="Set securityContext.allowPrivilegeEscalation to false in each container.",
    references=(
        "PSS restricted: Privilege Escalation",
        "CIS Kubernetes 5.2.6",
        "CWE-250",
    ),
    inspect=inspect,
)

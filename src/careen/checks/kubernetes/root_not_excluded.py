"""A container is not bound to run as another user than root."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.run_as_non_root, manifests)


CHECK = Check(
    id="K8S-011",
    title="A container is not bound to run as another user than root",
    severity="medium",
    why="Unless runAsNonRoot is true, an image whose user is root, or becomes root in its next version, runs as root.",
    fix="Set runAsNonRoot: true in the security context of the pod, and give the image a numeric user.",
    references=(
        "PSS restricted: Running as Non-root",
        "CIS Kubernetes 5.2.7",
        "CWE-250",
    ),
    inspect=inspect,
)

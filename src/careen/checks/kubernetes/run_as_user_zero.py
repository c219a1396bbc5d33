"""A container is told to run as root."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.run_as_user_zero, manifests)


CHECK = Check(
    id="K8S-012",
    title="A container is told to run as root",
    severity="high",
    why=(
        "User 0 in the container is user 0 on the node unless the pod has a user namespace of its own: a way out of "
        "the container ends as root."
    ),
    fix="Set runAsUser to an id above 0 that the image knows, or remove it.",
    references=(
        "PSS restricted: Running as Non-root user",
        "CIS Kubernetes 5.2.7",
        "CWE-250",
    ),
    inspect=inspect,
)

"""A pod sets an SELinux context that leaves the container domain."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.selinux, manifests)


CHECK = Check(
    id="K8S-015",
    title="A pod sets an SELinux context that leaves the container domain",
    severity="medium",
    why="A type, user or role outside those for containers may read what belongs to the node or to other pods.",
    fix=(
        "Remove seLinuxOptions, or keep to the level and the types container_t, container_init_t, container_kvm_t, "
        "container_engine_t."
    ),
    references=(
        "PSS baseline: SELinux",
        "CWE-693",
    ),
    inspect=inspect,
)

"""A pod sets a sysctl that is not safe."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.sysctls, manifests)


CHECK = Check(
    id="K8S-017",
    title="A pod sets a sysctl that is not safe",
    severity="medium",
    why="Kernel parameters outside the safe list are not of the pod alone: they change other pods or the node.",
    fix="Remove the sysctl; set it on the nodes where it is needed.",
    references=(
        "PSS baseline: Sysctls",
        "CWE-668",
    ),
    inspect=inspect,
)

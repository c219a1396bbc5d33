"""A container adds a capability beyond the baseline."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.capabilities_baseline, manifests)


CHECK = Check(
    id="K8S-008",
    title="A container adds a capability beyond the baseline",
    severity="high",
    why="Capabilities outside the list of the standard reach the kernel, its network or other users of the node.",
    fix="Drop ALL and add nothing but what the program fails without; prefer a file or port that needs none.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)

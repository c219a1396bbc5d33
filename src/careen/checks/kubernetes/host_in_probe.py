"""A probe or lifecycle hook names a host."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.host_of_probes, manifests)


CHECK = Check(
    id="K8S-019",
    title="A probe or lifecycle hook names a host",
    severity="medium",
    why="The kubelet makes the request from the node: a pod so sends requests into networks it cannot reach itself.",
    fix="Remove host; the probe then goes to the pod.",
    references=(
        "PSS baseline: Host Probes / Lifecycle Hooks",
        "CWE-918",
    ),
    inspect=inspect,
)

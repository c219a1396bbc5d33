"""What checks of a cluster's own settings ask: each function here makes the ``inspect`` of a check, from a flag of the control
plane or a setting of kubelets.

``is_wrong`` is asked about the value: "" stands for a flag that is not set, None for a setting of a kubelet that is not.
"""

from collections.abc import Callable, Iterator

from careen.checks.places import at
from careen.formats.kubernetes import control_plane
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Place

Inspect = Callable[[Manifests], Iterator[Place]]
IsWrong = Callable[[str | None], bool]


def unset(component: str, *names: str) -> Inspect:
    """One of the flags is not set."""

    def inspect(manifests: Manifests) -> Iterator[Place]:
        for container, missing in control_plane.without_flag(manifests, component, *names):
            yield at(container, f"does not set {missing}", "command")

    return inspect


def flag(component: str, name: str, is_wrong: IsWrong, message: str) -> Inspect:
    def inspect(manifests: Manifests) -> Iterator[Place]:
        for container, value in control_plane.flag(manifests, component, name):
            if is_wrong(value):
                yield at(container, message, "command")

    return inspect


def kubelet(name: str, is_wrong: IsWrong, message: str) -> Inspect:
    def inspect(manifests: Manifests) -> Iterator[Place]:
        for resource, value, keys in control_plane.kubelet(manifests, name):
            if is_wrong(value):
                yield at(resource, message, *keys)

    return inspect


def equals(*values: str | None) -> IsWrong:
    return lambda value: value in values


def differs(*values: str | None) -> IsWrong:
    return lambda value: value not in values


def lists(item: str) -> IsWrong:
    """Of a value with commas."""
    return lambda value: item in control_plane.listed(value or "")


def omits(item: str) -> IsWrong:
    return lambda value: item not in control_plane.listed(value or "")

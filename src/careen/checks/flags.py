"""Factories of ``inspect`` functions for flags of the control plane and settings of kubelets.

``is_wrong(value)``: a flag that is not set is "", a kubelet setting that is not set is None.
"""

import re
from collections.abc import Callable, Iterator

from careen.checks.places import at
from careen.formats.kubernetes import control_plane
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Place

Inspect = Callable[[Manifests], Iterator[Place]]
IsWrong = Callable[[str | None], bool]
_WEAK_CIPHER = re.compile(r"RC4|3DES|_CBC_|TLS_RSA_WITH|NULL|EXPORT|MD5")


def unset(component: str, *names: str) -> Inspect:
    """An ``inspect`` that reports components that do not set all of these flags."""

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
    """A function that returns whether a comma-separated value contains the item."""
    return lambda value: item in control_plane.listed(value or "")


def omits(item: str) -> IsWrong:
    return lambda value: item not in control_plane.listed(value or "")


def lists_weak_ciphers(value: str | None) -> bool:
    """Whether the value lists a weak cipher. Without a list, TLS in Go has sound defaults."""
    return value is not None and _WEAK_CIPHER.search(value) is not None

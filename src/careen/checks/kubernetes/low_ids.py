"""Containers that run as ids which people and services of the node may have."""

from collections.abc import Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

_LOWEST = 10_000


def _is_low(key: str, name: str, manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        value = container.effective(key)
        if not isinstance(value, int) or value <= _LOWEST:
            yield at(container, f"does not run as a {name} id above {_LOWEST}", "securityContext", key)


CHECKS = (
    Check(
        id="K8S-037",
        title="A container does not run as a user id above 10000",
        severity="low",
        why="Ids below may be those of a user of the node, whose files a way out of the container then opens.",
        fix="Set runAsUser to an id above 10000.",
        references=("CWE-250",),
        inspect=partial(_is_low, "runAsUser", "user"),
        default=False,
    ),
    Check(
        id="K8S-038",
        title="A container does not run as a group id above 10000",
        severity="low",
        why="Ids below may be those of a group of the node, whose files a way out of the container then opens.",
        fix="Set runAsGroup to an id above 10000.",
        references=("CWE-250",),
        inspect=partial(_is_low, "runAsGroup", "group"),
        default=False,
    ),
)

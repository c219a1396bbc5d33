"""Containers with UIDs or GIDs that users and services of the node may have."""

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
        title="Container UID is not above 10000 (runAsUser)",
        severity="low",
        why="A low UID may belong to a user of the node, whose files an attacker who breaks out can access.",
        fix="Set runAsUser to a UID above 10000.",
        references=("CWE-250",),
        inspect=partial(_is_low, "runAsUser", "user"),
        default=False,
    ),
    Check(
        id="K8S-038",
        title="Container GID is not above 10000 (runAsGroup)",
        severity="low",
        why="A low GID may belong to a group of the node, whose files an attacker who breaks out can access.",
        fix="Set runAsGroup to a GID above 10000.",
        references=("CWE-250",),
        inspect=partial(_is_low, "runAsGroup", "group"),
        default=False,
    ),
)

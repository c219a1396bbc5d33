"""A container has the whole of /proc."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.proc_mount, manifests)


CHECK = Check(
    id="K8S-016",
    title="A container has the whole of /proc",
    severity="high",
    why="The mask hides kernel memory, keys and switches of the node; without it they are readable, some writable.",
    fix="Remove procMount, or give the pod a user namespace of its own (hostUsers: false).",
    references=(
        "PSS baseline: /proc Mount Type",
        "CWE-668",
    ),
    inspect=inspect,
)

"""A pod has a volume of a type that the restricted profile excludes."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.volume_types, manifests)


CHECK = Check(
    id="K8S-018",
    title="A pod has a volume of a type that the restricted profile excludes",
    severity="low",
    why=("Such volumes talk to storage with rights of the node, past the claims and classes by which storage is handed out."),
    fix=(
        "Ask for storage by a PersistentVolumeClaim; use configMap, secret, emptyDir, projected, csi or ephemeral for the rest."
    ),
    references=(
        "PSS restricted: Volume Types",
        "CWE-668",
    ),
    inspect=inspect,
)

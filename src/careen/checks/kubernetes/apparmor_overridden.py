"""A pod overrides the AppArmor profile of the runtime."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.apparmor, manifests)


CHECK = Check(
    id="K8S-014",
    title="A pod overrides the AppArmor profile of the runtime",
    severity="medium",
    why=("The default profile keeps a container from mounting, tracing and writing to /proc and /sys; another one may not."),
    fix="Remove the annotation or field, or name RuntimeDefault or a Localhost profile that you know.",
    references=(
        "PSS baseline: AppArmor",
        "CWE-693",
    ),
    inspect=inspect,
)

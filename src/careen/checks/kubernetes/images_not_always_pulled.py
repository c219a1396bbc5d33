"""Pods may use private images that others pulled."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "enable-admission-plugins"):
        if "AlwaysPullImages" not in controlplane.listed(value):
            yield at(container, "lets pods use images that others pulled", "command")


CHECK = Check(
    id="K8S-212",
    title="Pods may use private images that others pulled",
    severity="low",
    why="Who knows the name of an image on a node runs it without the credentials of its registry.",
    fix="Add AlwaysPullImages to --enable-admission-plugins.",
    references=(
        "CIS Kubernetes 1.2.12",
        "CWE-287",
    ),
    inspect=inspect,
)

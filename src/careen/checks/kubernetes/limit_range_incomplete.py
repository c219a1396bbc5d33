"""LimitRange lacks a bound or default."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("LimitRange"):
        limits = resource.spec.maps("limits")
        if not limits:
            yield at(resource, "has no limits", "spec")
        for limit in limits:
            if limit.text("type") in ("", "Container"):
                missing = [name for name in ("type", "default", "defaultRequest", "max", "min") if limit.get(name) is None]
                if missing:
                    yield Place(f"{resource.label} lacks {', '.join(missing)}", limit.line, path=resource.path)


CHECK = Check(
    id="K8S-106",
    title="LimitRange lacks a bound or default",
    severity="negligible",
    why="Containers without limits get none, or may request any amount.",
    fix="Set default, defaultRequest, max and min for the type Container.",
    references=(
        "CIS Kubernetes 5.7",
        "CWE-770",
    ),
    inspect=inspect,
    default=False,
)

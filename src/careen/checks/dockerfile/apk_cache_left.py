"""apk package index is left in the layer."""

from collections.abc import Iterator

from careen.checks.steps import installs, mounted, of_call, removes, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields calls of apk that leave its index: it is kept without a cache folder, unless ``rm`` deletes it in the same RUN."""
    for call, package in installs(document, "apk"):
        if package.options.has("--no-cache") or mounted(call.step, "/var/cache/apk") or mounted(call.step, "/etc/apk/cache"):
            continue
        if not any(removes(other, "/var/cache/apk") for other in document.calls_of(call.step)):
            yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-059",
    title="apk package index is left in the layer",
    severity="negligible",
    why="The index is outdated within days and makes the image larger.",
    fix="Use apk add --no-cache.",
    references=(
        "Hadolint DL3019",
        "Trivy DS-0025",
    ),
    inspect=inspect,
)

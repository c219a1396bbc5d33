"""The cache of dnf stays in the layer."""

from collections.abc import Iterator

from careen.checks.steps import left_behind, of_call, removes, shown
from careen.formats.dockerfile.stages import Call, Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in left_behind(document, _fills, _cleans, "/var/cache/libdnf5", "/var/cache/dnf", "/var/cache/yum"):
        yield of_call(call, shown(call.command.words))


def _fills(call: Call) -> bool:
    package = call.package
    return (
        package is not None and package.tool in ("dnf", "microdnf") and package.action in ("install", "upgrade", "groupinstall")
    )


def _cleans(call: Call) -> bool:
    package = call.package
    if package is not None and package.tool in ("dnf", "microdnf") and package.action == "clean":
        return "all" in package.options.words
    return removes(call, "/var/cache/libdnf5", "/var/cache/dnf", "/var/cache/yum")


CHECK = Check(
    id="DKR-061",
    title="The cache of dnf stays in the layer",
    severity="negligible",
    why="Downloaded packages and metadata stay in the layer: megabytes that nothing reads again.",
    fix="End the RUN with dnf clean all, or mount a cache.",
    references=(
        "Hadolint DL3040",
        "Trivy DS-0019",
        "Trivy DS-0027",
    ),
    inspect=inspect,
)

"""The cache of zypper stays in the layer."""

from collections.abc import Iterator

from careen.checks.steps import left_behind, of_call, removes, shown
from careen.formats.dockerfile.stages import Call, Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in left_behind(document, _fills, _cleans, "/var/cache/zypp"):
        yield of_call(call, shown(call.command.words))


def _fills(call: Call) -> bool:
    package = call.package
    return package is not None and package.tool in ("zypper",) and package.action in ("install", "upgrade", "dist-upgrade")


def _cleans(call: Call) -> bool:
    package = call.package
    if package is not None and package.tool in ("zypper",) and package.action == "clean":
        return True
    return removes(call, "/var/cache/zypp")


CHECK = Check(
    id="DKR-062",
    title="The cache of zypper stays in the layer",
    severity="negligible",
    why="Downloaded packages and metadata stay in the layer: megabytes that nothing reads again.",
    fix="End the RUN with zypper clean --all, or mount a cache.",
    references=(
        "Hadolint DL3036",
        "Trivy DS-0020",
    ),
    inspect=inspect,
)

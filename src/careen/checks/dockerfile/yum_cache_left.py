"""The cache of yum stays in the layer."""

from collections.abc import Iterator

from careen.checks.steps import left_behind, of_call, removes, shown
from careen.formats.dockerfile.stages import Call, Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in left_behind(document, _fills, _cleans, "/var/cache/yum", "/var/cache/dnf"):
        yield of_call(call, shown(call.command.words))


def _fills(call: Call) -> bool:
    package = call.package
    return package is not None and package.tool in ("yum",) and package.action in ("install", "upgrade", "groupinstall")


def _cleans(call: Call) -> bool:
    package = call.package
    if package is not None and package.tool in ("yum",) and package.action == "clean":
        return "all" in package.options.words
    return removes(call, "/var/cache/yum", "/var/cache/dnf")


CHECK = Check(
    id="DKR-060",
    title="The cache of yum stays in the layer",
    severity="negligible",
    why="Downloaded packages and metadata stay in the layer: megabytes that nothing reads again.",
    fix="End the RUN with yum clean all, or mount a cache.",
    references=(
        "Hadolint DL3032",
        "Trivy DS-0015",
    ),
    inspect=inspect,
)

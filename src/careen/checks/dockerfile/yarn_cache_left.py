"""yarn cache is left in the layer."""

from collections.abc import Iterator

from careen.checks.steps import left_behind, of_call, removes, shown
from careen.formats.dockerfile.stages import Call, Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    folders = ("/root/.cache/yarn", "/usr/local/share/.cache/yarn", "/root/.yarn/berry/cache", "/usr/local/share/.cache")
    for call in left_behind(document, _fills, _cleans, *folders):
        if not any("yarn" in (mount.get("target") or mount.get("dst") or "") for mount in call.step.mounts()):
            yield of_call(call, shown(call.command.words))


def _fills(call: Call) -> bool:
    return call.package is not None and call.package.tool == "yarn" and call.package.action == "install"


def _cleans(call: Call) -> bool:
    if call.package is not None and call.package.tool == "yarn" and call.package.action == "cache":
        return "clean" in call.package.options.words
    return removes(call, "/root/.cache", "/usr/local/share/.cache", "/root/.yarn")


CHECK = Check(
    id="DKR-063",
    title="yarn cache is left in the layer",
    severity="negligible",
    why="The archives of all packages stay beside node_modules and double the size of the layer.",
    fix="Add yarn cache clean to the same RUN, or mount a cache.",
    references=("Hadolint DL3060",),
    inspect=inspect,
)

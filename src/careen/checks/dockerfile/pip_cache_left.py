"""pip cache is left in the layer."""

from collections.abc import Iterator

from careen.checks.steps import installs, mounted, of_call, removes, shown
from careen.formats.dockerfile.stages import Call, Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call, package in installs(document, "pip"):
        if package.options.has("--no-cache-dir", "--no-cache") or mounted(call.step, "/root/.cache/pip"):
            continue
        if any("pip" in (mount.get("target") or "") for mount in call.step.mounts()):
            continue
        if _off(call.step.env.get("PIP_NO_CACHE_DIR")) or any(_off(value) for value in _set_here(call)):
            continue
        if not any(removes(other, "/root/.cache") or _purges(other) for other in document.calls_of(call.step)):
            yield of_call(call, shown(call.command.words))


def _off(value: str | None) -> bool:
    return value is not None and value.lower() not in ("", "0", "false", "no", "off", "f", "n")


def _set_here(call: Call) -> Iterator[str]:
    """The values that the command, and those before it in the same RUN, give to PIP_NO_CACHE_DIR."""
    for command in call.step.commands:
        yield from (value for name, value in command.assignments if name == "PIP_NO_CACHE_DIR")
        if command is call.command:
            return


def _purges(call: Call) -> bool:
    return call.package is not None and call.package.tool == "pip" and call.package.options.words[:2] == ("cache", "purge")


CHECK = Check(
    id="DKR-064",
    title="pip cache is left in the layer",
    severity="negligible",
    why="Cached wheels and archives make the image larger and are never used again.",
    fix="Add --no-cache-dir, set PIP_NO_CACHE_DIR=1, or mount a cache.",
    references=("Hadolint DL3042",),
    inspect=inspect,
)

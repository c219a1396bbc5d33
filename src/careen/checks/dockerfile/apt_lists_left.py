"""apt package lists are left in the layer."""

from collections.abc import Iterator

from careen.checks.steps import left_behind, mounted, of_call, removes, shown
from careen.formats.dockerfile.stages import Call, Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields steps that leave lists or archives. Official images delete archives themselves (docker-clean); in
    others, both folders must be cleaned or mounted."""
    for call in left_behind(document, _updates, lambda call: removes(call, "/var/lib/apt/lists"), "/var/lib/apt/lists"):
        yield of_call(call, shown(call.command.words))
    kept = document.kept()
    keeps = {
        call.step.stage for call in document.calls("rm") if any(word.endswith("docker-clean") for word in call.command.words)
    }
    for step in document.of("RUN"):
        if step.stage not in kept or step.stage not in keeps or not mounted(step, "/var/lib/apt/lists"):
            continue
        calls = document.calls_of(step)
        installed = [call for call in calls if call.package and call.package.tool == "apt" and call.package.action == "install"]
        cleaned = any(call.package and call.package.tool == "apt" and call.package.action == "clean" for call in calls)
        if installed and not cleaned and not mounted(step, "/var/cache/apt"):
            yield of_call(installed[-1], "archives of packages stay in /var/cache/apt")


def _updates(call: Call) -> bool:
    return call.package is not None and call.package.tool == "apt" and call.package.action == "update"


CHECK = Check(
    id="DKR-057",
    title="apt package lists are left in the layer",
    severity="negligible",
    why="The lists are outdated within days and take tens of megabytes.",
    fix="Add rm -rf /var/lib/apt/lists/* to the same RUN, or mount a cache at /var/lib/apt/lists.",
    references=("Hadolint DL3009",),
    inspect=inspect,
)

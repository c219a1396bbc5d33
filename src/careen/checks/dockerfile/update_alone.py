"""Package lists are updated in a separate RUN (apt-get update)."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_REFRESHED = ("apt", "apk", "dnf", "yum", "microdnf", "zypper", "pacman")
_TOGETHER = ("dnf", "yum", "microdnf", "zypper")  # their update installs newer packages too
# Actions that use new lists in the same RUN.
_AFTER = {
    "update": ("install", "upgrade", "dist-upgrade", "groupinstall", "source", "download"),
    "upgrade": ("install", "groupinstall"),
}


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("RUN"):
        calls = [(call, call.package) for call in document.calls_of(step) if call.package is not None]
        for number, (call, package) in enumerate(calls):
            wanted = _AFTER.get(package.action, ()) if package.tool in _REFRESHED else ()
            if not wanted or (package.action == "upgrade" and (package.tool not in _TOGETHER or package.specs)):
                continue
            if not any(other.tool == package.tool and other.action in wanted for _, other in calls[number + 1 :]):
                yield of_call(call, shown(call.command.words))
                break


CHECK = Check(
    id="DKR-014",
    title="Package lists are updated in a separate RUN (apt-get update)",
    severity="medium",
    why="The build cache keeps the step: later installs use outdated package lists, without security fixes.",
    fix="Run update and install in one RUN: apt-get update && apt-get install -y ….",
    references=(
        "CIS Docker 1.6, 4.7",
        "Trivy DS-0017",
        "Checkov CKV_DOCKER_5",
    ),
    inspect=inspect,
)

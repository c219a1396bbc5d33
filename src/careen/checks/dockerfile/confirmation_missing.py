"""Package managers that wait for confirmation."""

from collections.abc import Iterator
from functools import partial

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_WHY = "Nobody can answer the prompt during a build: it fails or hangs."
_INSTALLS = ("install", "groupinstall")


def _waits(tools: tuple[str, ...], actions: tuple[str, ...], answers: tuple[str, ...], document: Dockerfile) -> Iterator[Place]:
    for call, package in document.package_calls(*tools):
        if package.action in actions and not package.options.has(*answers):
            yield of_call(call, shown(call.command.words))


CHECKS = (
    Check(
        id="DKR-052",
        title="yum waits for confirmation (no -y)",
        severity="low",
        why=_WHY,
        fix="Add -y: yum install -y.",
        references=("Hadolint DL3030",),
        inspect=partial(_waits, ("yum",), _INSTALLS, ("-y", "--assumeyes")),
    ),
    Check(
        id="DKR-053",
        title="dnf waits for confirmation (no -y)",
        severity="low",
        why=_WHY,
        fix="Add -y: dnf install -y.",
        references=("Hadolint DL3038",),
        inspect=partial(_waits, ("dnf", "microdnf"), _INSTALLS, ("-y", "--assumeyes")),
    ),
    Check(
        id="DKR-054",
        title="zypper waits for confirmation (no -n)",
        severity="low",
        why=_WHY,
        fix="Add -n: zypper -n install.",
        references=("Hadolint DL3034",),
        inspect=partial(
            _waits,
            ("zypper",),
            (*_INSTALLS, "remove", "upgrade", "dist-upgrade"),
            ("-n", "--non-interactive", "-y", "--no-confirm"),
        ),
    ),
)

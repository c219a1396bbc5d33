"""Services without seccomp, AppArmor, SELinux or masked paths."""

from collections.abc import Iterator
from functools import partial

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def _gives_up(option: str, message: str, compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if option in service.security:
            yield below(service, message, "security_opt")


CHECKS = (
    Check(
        id="CMP-015",
        title="seccomp is disabled",
        severity="high",
        why=(
            "The container can use some sixty system calls that the default profile blocks, including those of many "
            "kernel exploits."
        ),
        fix="Remove seccomp:unconfined from security_opt.",
        references=("CIS Docker 5.22", "CWE-693"),
        inspect=partial(_gives_up, "seccomp=unconfined", "runs without a seccomp filter"),
    ),
    Check(
        id="CMP-040",
        title="AppArmor is disabled",
        severity="high",
        why="The default profile prevents a container from mounting, tracing and writing to /proc and /sys.",
        fix="Remove apparmor:unconfined from security_opt.",
        references=("CIS Docker 5.2", "CWE-693"),
        inspect=partial(_gives_up, "apparmor=unconfined", "runs without AppArmor"),
    ),
    Check(
        id="CMP-041",
        title="SELinux labels are disabled",
        severity="medium",
        why="Without the label, SELinux does not stop an attacker who breaks out of the container.",
        fix="Remove label:disable from security_opt.",
        references=("CIS Docker 5.3", "CWE-693"),
        inspect=partial(_gives_up, "label=disable", "runs without SELinux labels"),
    ),
    Check(
        id="CMP-042",
        title="/proc and /sys are not masked",
        severity="high",
        why="Kernel memory, keys and settings of the host become readable, some of them writable.",
        fix="Remove systempaths:unconfined from security_opt.",
        references=("CIS Docker 5.2", "CWE-693"),
        inspect=partial(_gives_up, "systempaths=unconfined", "has the whole of /proc and /sys"),
    ),
)

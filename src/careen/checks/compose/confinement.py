"""Services without the confinement that their host has for containers."""

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
        title="A service runs without a seccomp filter",
        severity="high",
        why="Some sixty system calls are open that the default profile closes, among them those of many kernel exploits.",
        fix="Remove seccomp:unconfined from security_opt.",
        references=("CIS Docker 5.22", "CWE-693"),
        inspect=partial(_gives_up, "seccomp=unconfined", "runs without a seccomp filter"),
    ),
    Check(
        id="CMP-040",
        title="A service runs without AppArmor",
        severity="high",
        why="The default profile keeps a container from mounting, tracing and writing to /proc and /sys.",
        fix="Remove apparmor:unconfined from security_opt.",
        references=("CIS Docker 5.2", "CWE-693"),
        inspect=partial(_gives_up, "apparmor=unconfined", "runs without AppArmor"),
    ),
    Check(
        id="CMP-041",
        title="A service runs without SELinux labels",
        severity="medium",
        why="Without the label a way out of the container meets no second wall.",
        fix="Remove label:disable from security_opt.",
        references=("CIS Docker 5.3", "CWE-693"),
        inspect=partial(_gives_up, "label=disable", "runs without SELinux labels"),
    ),
    Check(
        id="CMP-042",
        title="A service has the whole of /proc and /sys",
        severity="high",
        why="The masks hide kernel memory, keys and switches of the host; without them they are readable, some writable.",
        fix="Remove systempaths:unconfined from security_opt.",
        references=("CIS Docker 5.2", "CWE-693"),
        inspect=partial(_gives_up, "systempaths=unconfined", "has the whole of /proc and /sys"),
    ),
)

"""A service runs without a seccomp filter."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if "seccomp=unconfined" in service.security:
            yield below(service, "runs without a seccomp filter", "security_opt")


CHECK = Check(
    id="CMP-015",
    title="A service runs without a seccomp filter",
    severity="high",
    why="Some sixty system calls are open that the default profile closes, among them those of many kernel exploits.",
    fix="Remove seccomp:unconfined from security_opt.",
    references=(
        "CIS Docker 5.22",
        "CWE-693",
    ),
    inspect=inspect,
)

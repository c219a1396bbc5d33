"""Restart policy without limit."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.node.text("restart") in ("always", "unless-stopped", "on-failure"):
            yield below(service, "is restarted without end", "restart")
        policy = service.node.map("deploy", "restart_policy")
        if policy.text("condition") in ("any", "on-failure") and "max_attempts" not in policy:
            yield below(service, "is restarted without end", "deploy", "restart_policy")


CHECK = Check(
    id="CMP-023",
    title="Restart policy without limit",
    severity="negligible",
    why="A program that always fails uses the CPU and fills the log.",
    fix="Set a maximum number of attempts: restart: on-failure:5.",
    references=("CIS Docker 5.15",),
    inspect=inspect,
    default=False,
)

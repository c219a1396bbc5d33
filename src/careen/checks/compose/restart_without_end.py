"""A service restarts without a limit."""

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
    title="A service restarts without a limit",
    severity="negligible",
    why="A program that fails at once, or is made to, takes the processor and fills the log.",
    fix="Use on-failure with a number: restart: on-failure:5.",
    references=("CIS Docker 5.15",),
    inspect=inspect,
    default=False,
)

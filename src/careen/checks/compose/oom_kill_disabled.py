"""OOM killer is disabled."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.is_on("oom_kill_disable") or service.node.text("oom_score_adj").startswith("-"):
            yield below(service, "is kept when memory runs out", "oom_kill_disable")


CHECK = Check(
    id="CMP-047",
    title="OOM killer is disabled",
    severity="medium",
    why="When memory runs out, the kernel kills other processes instead, even those that run the host.",
    fix="Remove oom_kill_disable and a negative oom_score_adj.",
    references=("CWE-770",),
    inspect=inspect,
)

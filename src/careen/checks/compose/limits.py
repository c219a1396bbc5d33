"""Limits of services that are not set."""

from collections.abc import Iterator
from functools import partial

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def _lacks(limit: str, name: str, compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.limit(limit) is None:
            yield below(service, f"has no limit of {name}", "deploy", "resources", "limits")


CHECKS = (
    Check(
        id="CMP-019",
        title="A service has no memory limit",
        severity="low",
        why="One leak or flood takes the memory of the host and the kernel kills its neighbours.",
        fix="Set mem_limit, or deploy.resources.limits.memory.",
        references=("CIS Docker 5.11", "CWE-770"),
        inspect=partial(_lacks, "memory", "memory"),
    ),
    Check(
        id="CMP-045",
        title="A service has no CPU limit",
        severity="low",
        why="A busy or hijacked service takes all processors of the host from its neighbours.",
        fix="Set cpus, or deploy.resources.limits.cpus.",
        references=("CIS Docker 5.12", "CWE-770"),
        inspect=partial(_lacks, "cpus", "processors"),
    ),
    Check(
        id="CMP-046",
        title="A service has no limit on processes",
        severity="low",
        why="One fork bomb leaves no process ids for the whole host.",
        fix="Set pids_limit, or deploy.resources.limits.pids.",
        references=("CIS Docker 5.29", "CWE-770"),
        inspect=partial(_lacks, "pids", "processes"),
    ),
)

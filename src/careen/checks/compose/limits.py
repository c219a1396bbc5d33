"""Services without resource limits."""

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
        title="Service has no memory limit",
        severity="low",
        why="A memory leak or an attack takes all memory of the host, and the kernel kills other containers.",
        fix="Set mem_limit, or deploy.resources.limits.memory, for example 256M.",
        references=("CIS Docker 5.11", "CWE-770"),
        inspect=partial(_lacks, "memory", "memory"),
    ),
    Check(
        id="CMP-045",
        title="Service has no CPU limit",
        severity="low",
        why="A busy or compromised service takes all CPUs of the host from its neighbours.",
        fix='Set cpus, or deploy.resources.limits.cpus, for example "0.5".',
        references=("CIS Docker 5.12", "CWE-770"),
        inspect=partial(_lacks, "cpus", "processors"),
    ),
    Check(
        id="CMP-046",
        title="Service has no PID limit",
        severity="low",
        why="A fork bomb uses up the process ids of the whole host.",
        fix="Set pids_limit, or deploy.resources.limits.pids, for example 100.",
        references=("CIS Docker 5.29", "CWE-770"),
        inspect=partial(_lacks, "pids", "processes"),
    ),
)

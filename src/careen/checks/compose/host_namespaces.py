"""Services that share namespaces of their host."""

from collections.abc import Iterator
from functools import partial

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def _is_in(key: str, name: str, compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.node.text(key) == "host":
            yield below(service, f"is in the {name} namespace of the host", key)


CHECKS = (
    Check(
        id="CMP-010",
        title="Service shares the host's PID namespace",
        severity="high",
        why=(
            "The container sees all host processes with their environment, can send signals to them and, as root, enter them."
        ),
        fix="Remove pid: host.",
        references=("CIS Docker 5.16", "CWE-653"),
        inspect=partial(_is_in, "pid", "process"),
    ),
    Check(
        id="CMP-031",
        title="Service shares the host's IPC namespace",
        severity="high",
        why="The container reads and writes shared memory of host programs.",
        fix="Remove ipc: host.",
        references=("CIS Docker 5.17", "CWE-653"),
        inspect=partial(_is_in, "ipc", "IPC"),
    ),
    Check(
        id="CMP-032",
        title="Service shares the host's UTS namespace",
        severity="medium",
        why="The container can change the host name of the host.",
        fix="Remove uts: host.",
        references=("CIS Docker 5.21", "CWE-653"),
        inspect=partial(_is_in, "uts", "UTS"),
    ),
    Check(
        id="CMP-033",
        title="Service shares the host's user namespace",
        severity="high",
        why="Root in the container is root on the host, even if the engine remaps users.",
        fix="Remove userns_mode: host.",
        references=("CIS Docker 5.31", "CWE-653"),
        inspect=partial(_is_in, "userns_mode", "user"),
    ),
    Check(
        id="CMP-034",
        title="Service shares the host's cgroup namespace",
        severity="medium",
        why="The container sees, and as root changes, the limits of other containers.",
        fix="Remove cgroup: host.",
        references=("CIS Docker 5.25", "CWE-653"),
        inspect=partial(_is_in, "cgroup", "cgroup"),
    ),
)

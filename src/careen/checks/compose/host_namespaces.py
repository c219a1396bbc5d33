"""Services in namespaces of their host."""

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
        title="A service is in the process namespace of its host",
        severity="high",
        why="It sees the processes of the host with their environment, and may signal, trace and, as root, enter them.",
        fix="Remove pid.",
        references=("CIS Docker 5.16", "CWE-653"),
        inspect=partial(_is_in, "pid", "process"),
    ),
    Check(
        id="CMP-031",
        title="A service is in the IPC namespace of its host",
        severity="high",
        why="It reads and writes the shared memory of the programs of the host.",
        fix="Remove ipc.",
        references=("CIS Docker 5.17", "CWE-653"),
        inspect=partial(_is_in, "ipc", "IPC"),
    ),
    Check(
        id="CMP-032",
        title="A service is in the UTS namespace of its host",
        severity="medium",
        why="It renames the host.",
        fix="Remove uts.",
        references=("CIS Docker 5.21", "CWE-653"),
        inspect=partial(_is_in, "uts", "UTS"),
    ),
    Check(
        id="CMP-033",
        title="A service is in the user namespace of its host",
        severity="high",
        why="Root in the container is root on the host, although the engine is set up to map users.",
        fix="Remove userns_mode.",
        references=("CIS Docker 5.31", "CWE-653"),
        inspect=partial(_is_in, "userns_mode", "user"),
    ),
    Check(
        id="CMP-034",
        title="A service is in the cgroup namespace of its host",
        severity="medium",
        why="It sees, and as root changes, the limits of other containers.",
        fix="Remove cgroup.",
        references=("CIS Docker 5.25", "CWE-653"),
        inspect=partial(_is_in, "cgroup", "cgroup"),
    ),
)

"""Setting is ignored by Swarm."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place

# Isolation settings that ``docker stack deploy`` ignores.
IGNORED = ("security_opt", "userns_mode", "cgroup_parent", "network_mode")
SWARM = ("placement", "update_config", "rollback_config", "endpoint_mode", "mode")


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if not service.node.map("deploy").keys() & set(SWARM):
            continue
        for key in IGNORED:
            if key in service.node:
                yield below(service, f"sets {key}, which Swarm ignores", key)


CHECK = Check(
    id="CMP-073",
    title="Setting is ignored by Swarm",
    severity="low",
    why="docker stack deploy ignores it silently: the container runs without this protection.",
    fix="Configure it in the daemon (no-new-privileges, userns-remap, seccomp-profile in daemon.json).",
    references=(
        "CWE-1188",
        "https://docs.docker.com/reference/cli/docker/stack/deploy/",
    ),
    inspect=inspect,
)

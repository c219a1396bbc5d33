"""Clusters and task definitions of ECS."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from careen.checks.terraform_rules import argument, blocks, is_none_of, needs, place
from careen.formats.services.host_path import is_sensitive, plain
from careen.formats.services.socket_folders import has_engine_socket
from careen.formats.terraform.resource import Resource, Terraform
from careen.formats.terraform.values import UnknownValue
from careen.plugins import Check, Place
from careen.safety.pattern import pattern

MAX_CONTAINERS = 1024 * 1024  # characters
_SECRET = pattern(r"(?i)(?:^|_)(?:password|passwd|secret|secret_?(?:access_)?key|api_?key|token|private_?key|credentials?)$")


def _containers(resource: Resource) -> list[dict[str, Any]] | None:
    """The container definitions, which are JSON; None if they are not known."""
    value, _ = argument(resource, "container_definitions")
    if isinstance(value, UnknownValue) and value.whole:
        return None
    if not isinstance(value, str) or len(value) > MAX_CONTAINERS:
        return []
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None if isinstance(value, UnknownValue) else []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _container(is_wrong: Callable[[dict[str, Any]], bool], message: str) -> Callable[[Terraform], Iterator[Place]]:
    def inspect(document: Terraform) -> Iterator[Place]:
        for resource in document.of("aws_ecs_task_definition"):
            value, path = argument(resource, "container_definitions")
            found = _containers(resource)
            if found is None:
                yield place(resource, message, *path, value=value)
            for row in found or ():
                if is_wrong(row):
                    name = f"container {row.get('name')}" if isinstance(row.get("name"), str) else "a container"
                    reference = re.search(r"\$\{([^}]{1,200})\}", name)
                    name = "a container" if reference else name
                    yield place(resource, f"{message}: {name}", *path)

    return inspect


def _is_privileged(row: dict[str, Any]) -> bool:
    return row.get("privileged") is True


def _is_writable(row: dict[str, Any]) -> bool:
    """Whether the root file system is writable. An unknown setting is the text of its reference, so it counts as
    read-only."""
    return not row.get("readonlyRootFilesystem")


def _has_secret(row: dict[str, Any]) -> bool:
    given = row.get("environment")
    return isinstance(given, list) and any(
        isinstance(variable, dict)
        and _SECRET.search(str(variable.get("name", "")))
        and isinstance(variable.get("value"), str)
        and variable["value"]
        and not variable["value"].startswith(("arn:", "$"))
        for variable in given
    )


def _logs_nothing(row: dict[str, Any]) -> bool:
    return not row.get("logConfiguration")


def _insights_off(document: Terraform) -> Iterator[Place]:
    for resource in document.of("aws_ecs_cluster"):
        settings = [block for block, _ in blocks(resource, "setting") if block.get("name") == "containerInsights"]
        value = settings[0].get("value") if settings else None
        if value not in ("enabled", "enhanced"):
            yield place(resource, "collects no metrics of its containers (containerInsights)", "setting", value=value)


def _plain_efs(document: Terraform) -> Iterator[Place]:
    for resource in document.of("aws_ecs_task_definition"):
        for block, path in blocks(resource, "volume"):
            for efs in block.maps("efs_volume_configuration"):
                if efs.get("transit_encryption") != "ENABLED":
                    where = (*path, "efs_volume_configuration", 0, "transit_encryption")
                    yield place(resource, "mounts EFS without TLS", *where, value=efs.get("transit_encryption"))


def _host_volumes(document: Terraform) -> Iterator[Place]:
    for resource in document.of("aws_ecs_task_definition"):
        for block, path in blocks(resource, "volume"):
            host = plain(block.text("host_path")) if block.text("host_path") else ""
            if is_sensitive(host) or has_engine_socket(host) or host.endswith(".sock"):
                yield place(resource, f"mounts {host} of its instance", *path, "host_path")


CHECKS = (
    Check(
        id="TFM-030",
        title="Container of an ECS task is privileged",
        severity="critical",
        why="An attacker who breaks into the container controls the instance, and with it the other tasks on it.",
        fix="Remove privileged, and add single capabilities in linuxParameters if they are needed.",
        references=("CWE-250",),
        inspect=_container(_is_privileged, "is privileged"),
    ),
    Check(
        id="TFM-031",
        title="ECS task shares the host's processes (pid_mode)",
        severity="high",
        why="Its containers see the processes of all tasks with their environment, and can end them.",
        fix='Remove pid_mode = "host".',
        references=("CWE-653",),
        inspect=needs(
            "aws_ecs_task_definition", keys=("pid_mode",), accepts=is_none_of("host"), message="shares the host's processes"
        ),
    ),
    Check(
        id="TFM-032",
        title="Root file system of an ECS container is writable",
        severity="low",
        why="An attacker can replace programs and leave tools behind.",
        fix="Set readonlyRootFilesystem to true, and mount a volume for paths that the program writes to.",
        references=("CWE-732",),
        inspect=_container(_is_writable, "lets a container write to its root file system"),
    ),
    Check(
        id="TFM-033",
        title="ECS task has a secret in its environment",
        severity="high",
        why="Everyone who can describe the task definition reads it, and it stays in all revisions.",
        fix="Put the value into Secrets Manager or the Parameter Store, and name it under secrets.",
        references=("CWE-312",),
        inspect=_container(_has_secret, "has a secret in its environment"),
    ),
    Check(
        id="TFM-034",
        title="Container of an ECS task keeps no logs",
        severity="low",
        why="After an attack or a crash there is nothing to look at.",
        fix="Add logConfiguration.",
        references=("CWE-778",),
        inspect=_container(_logs_nothing, "keeps no logs"),
    ),
    Check(
        id="TFM-035",
        title="ECS task uses the host's network",
        severity="medium",
        why="Its containers reach services on the instance's loopback address, and have no security group of their own.",
        fix='Set network_mode = "awsvpc".',
        references=("CWE-653",),
        inspect=needs(
            "aws_ecs_task_definition", keys=("network_mode",), accepts=is_none_of("host"), message="uses the host's network"
        ),
    ),
    Check(
        id="TFM-036",
        title="ECS cluster collects no metrics of its containers",
        severity="negligible",
        why="Unusual load and failing tasks are noticed late.",
        fix='Add setting with name = "containerInsights" and value = "enabled".',
        references=("CWE-778",),
        inspect=_insights_off,
    ),
    Check(
        id="TFM-037",
        title="ECS task mounts EFS without encryption in transit",
        severity="medium",
        why="Whoever is on the network path reads and changes the files.",
        fix='Set transit_encryption = "ENABLED" in efs_volume_configuration.',
        references=("CWE-319",),
        inspect=_plain_efs,
    ),
    Check(
        id="TFM-038",
        title="ECS task mounts a sensitive host path or an engine's socket",
        severity="high",
        why="A container with the engine's socket, programs or configuration of the instance controls it and its other tasks.",
        fix="Remove host_path, or name a folder that belongs to the task alone; use EFS or EBS for data.",
        references=("CWE-250", "CWE-668"),
        inspect=_host_volumes,
    ),
)

"""Kinds of files that deploy containers to machines and clouds: the checks of Compose run on their containers.

A check is left out where the platform has no such setting: a task of ECS has no limit of processes, and its ports have the
addresses of its instance.
"""

import posixpath
from collections.abc import Callable

from careen.formats.services import ansible_tasks, cloudformation, ecs_task, machine_setup, nomad_job
from careen.formats.services.compose import Compose
from careen.safety.pattern import pattern

from .kind import Kind
from .start_kinds import COMPOSE_CHECKS, read_choices, read_each

_DATA = (".yaml", ".yml", ".json")
_TEMPLATE = pattern(r"\bAWSTemplateFormatVersion\b|\bType[\"']?\s*:\s*[\"']?AWS::\w+::\w")
_TASK = pattern(r"\"containerDefinitions\"\s*:")
_JOB = pattern(r"(?m)^job\s+\"[^\"\n]*\"\s*\{")
_OBJECT = pattern(r"(?m)^apiVersion\s*:")  # of Kubernetes, with a file of another kind as a text in it
NOT_IN_ECS = frozenset(("CMP-011", "CMP-012", "CMP-013", "CMP-016", "CMP-023", "CMP-045", "CMP-046", "CMP-073"))
_NOT_IN_NOMAD = frozenset(("CMP-011", "CMP-012", "CMP-016", "CMP-023", "CMP-045", "CMP-055", "CMP-073"))
NAMES = (".template", ".nomad", ".hcl", ".ign", ".bu", "user-data", "user_data")  # that no other kind has


def _is_template(path: str, text: str) -> bool:
    return path.endswith((*_DATA, ".template")) and _TEMPLATE.search(text) is not None and not _OBJECT.search(text)


def _is_task(path: str, text: str) -> bool:
    return path.endswith(".json") and _TASK.search(text) is not None


def _is_job(path: str, text: str) -> bool:
    return path.endswith((".nomad", ".hcl")) and _JOB.search(text) is not None


def _is_ansible(path: str, text: str) -> bool:
    return path.endswith((".yaml", ".yml")) and ansible_tasks.is_ansible(text) and not _OBJECT.search(text)


def _is_machine_setup(path: str, text: str) -> bool:
    name = posixpath.basename(path)
    return name.lower().endswith((*_DATA, *NAMES, ".cfg", ".txt")) and machine_setup.is_machine_setup(path, text)


def _kind(
    name: str,
    title: str,
    accepts: Callable[[str, str], bool],
    read: Callable[[str, str], Compose],
    without: frozenset[str] = frozenset(),
) -> Kind:
    return Kind(name, title, accepts, read_each(name, read), COMPOSE_CHECKS, inspects=lambda check: check not in without)


DEPLOYMENT_KINDS = (
    Kind(
        "cloudformation",
        "Templates of CloudFormation with tasks of ECS and jobs of Batch",
        _is_template,
        read_choices("cloudformation", cloudformation.read),
        COMPOSE_CHECKS,
        inspects=lambda check: check not in NOT_IN_ECS,
    ),
    _kind("ecs", "Task definitions of ECS", _is_task, ecs_task.read, NOT_IN_ECS),
    _kind("nomad", "Jobs of Nomad", _is_job, nomad_job.read, _NOT_IN_NOMAD),
    _kind("machine", "Descriptions of machines (cloud-init, Butane, Ignition)", _is_machine_setup, machine_setup.read),
    _kind("ansible", "Playbooks and tasks of Ansible", _is_ansible, ansible_tasks.read),
)

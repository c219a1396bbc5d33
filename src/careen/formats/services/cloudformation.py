"""Templates of CloudFormation and SAM -> the containers of their tasks of ECS and jobs of Batch as services, with lines.

A template is evaluated for the values of parameters that its conditions and maps tell apart: one result for each, so that
both branches of a condition are seen. Elsewhere a parameter has its default. A function that ``stack_values`` does not
evaluate gives a reference. Nothing is looked up. ``unresolved`` has the values that only a deployment gives, and the types of
resources that are not read.
Raises: ValueError if the text is no template.
**Source:** AWS CloudFormation user guide, "Template anatomy", "Intrinsic function reference", "Condition functions",
AWS::ECS::TaskDefinition, AWS::Batch::JobDefinition.
"""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, add, put

from . import ecs_task
from .compose import Compose
from .compose_service import Service
from .job_container import jobs_of, rows_of
from .stack_values import Evaluated, as_function, choices

TASK = "AWS::ECS::TaskDefinition"
JOB = "AWS::Batch::JobDefinition"
MAX_TYPES = 10  # of resources, that a message names

_Found = Service | tuple[str, int]


def read(text: str, path: str) -> list[Compose]:
    """One result for each choice of values that makes other containers."""
    rows_of(text)  # for its limit of size
    documents = yaml_document.read(text, as_function)
    template = next((document for document in documents if isinstance(document, Mapping)), yaml_document.NO_MAPPING)
    if not isinstance(template.get("Resources"), Mapping):
        raise ValueError("no resources in it")  # noqa: TRY004
    made: dict[str, Compose] = {}
    given, more = choices(template, [resource for _, resource in _of_containers(template)])
    others = [*_others(template), *([("choices of parameters after the first", 0)] if more else [])]
    for values in given:
        found: list[_Found] = []
        content = []
        for properties, kind in _chosen(template, Evaluated(template, values)):
            content.append(json.dumps(properties))
            found += ecs_task.containers(properties if kind == TASK else _as_task(properties), path)
        made.setdefault("\0".join(content), jobs_of(path, [*found, *others]))
        others = []
    return list(made.values())


def _of_containers(template: Mapping) -> Iterator[tuple[str, Mapping]]:
    resources = template.map("Resources")
    for name in resources:
        if (kind := resources.text(name, "Type")) in (TASK, JOB):
            yield kind, resources.map(name)


def _chosen(template: Mapping, evaluated: Evaluated) -> Iterator[tuple[Mapping, str]]:
    """The properties of the resources that exist."""
    for kind, resource in _of_containers(template):
        if not resource.text("Condition") or evaluated.condition(resource.text("Condition")) is not False:
            properties = evaluated.value(resource.map("Properties"))
            if isinstance(properties, Mapping):
                yield properties, kind


def _others(template: Mapping) -> Iterator[tuple[str, int]]:
    resources = template.map("Resources")
    types = (resources.text(name, "Type") for name in resources)
    others = Counter(type or "without a type" for type in types if type not in (TASK, JOB))
    if others:
        named = ", ".join(f"{type[:100]}: {count}" for type, count in islice(sorted(others.items()), MAX_TYPES))
        more = f" and {len(others) - MAX_TYPES} other types" if len(others) > MAX_TYPES else ""
        yield f"all but tasks of ECS and jobs of Batch ({named}{more})", 0


def _as_task(job: Mapping) -> Mapping:
    """A job of Batch as a task, which describes its containers alike."""
    made = Mapping(job.line)
    for place in (job, *(node.map("Container") for node in job.maps("NodeProperties", "NodeRangeProperties"))):
        described = place.map("ContainerProperties") or (place if place is not job else yaml_document.NO_MAPPING)
        if described:
            add(made, "ContainerDefinitions", described, described.line)
            for volume in described.maps("Volumes"):
                add(made, "Volumes", volume, volume.line)
    if "ContainerDefinitions" not in made:
        put(made, "ContainerDefinitions", Sequence(job.line), job.line)
    return made

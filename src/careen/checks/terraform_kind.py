"""Terraform and OpenTofu: configurations, values of their variables, and plans in JSON.

All files of a run are read together, because modules call each other. Resources of the Kubernetes and Docker providers become
objects and services, which the checks of Kubernetes and Compose inspect.
"""

from collections.abc import Iterable, Iterator, Sequence

from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.kubernetes.manifest_files import Resource as KubernetesResource
from careen.formats.services import compose
from careen.formats.services.compose_service import Service
from careen.formats.terraform import configuration, files, plan
from careen.formats.terraform.docker_services import docker_services
from careen.formats.terraform.kubernetes_objects import kubernetes_objects, open_lines, unread_manifest
from careen.formats.terraform.resource import Terraform, Unassessed
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Check

from .comments import comments_in_lines
from .kind import Document, Kind, Rules, SourceFile, unread
from .rego_input import terraform as view
from .run import Ignore

_OWN = (*files.CONFIGURATION, *files.VARIABLES)


def is_of_terraform(name: str) -> bool:
    """Whether a file of this name is a configuration, or has values for one."""
    return name.endswith(_OWN)


def is_fetched(name: str) -> bool:
    """Whether a file of this name is read where ``terraform init`` puts modules."""
    return name.endswith(files.CONFIGURATION) or name == "modules.json"


def _accepts(path: str, text: str) -> bool:
    return path.endswith(_OWN) or (path.endswith(".json") and plan.is_plan(text))


def _read(sources: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    named = {file.path: file for file in sources}
    plans = [file for file in sources if not file.path.endswith(_OWN)]
    written = {file.path: file.text for file in sources if file.path.endswith(_OWN)}
    if written:
        others = {path: text for path, text in rules.texts.items() if path not in written}
        found = configuration.read({**written, **others}, tuple(written))
        for part in found.unassessed:
            if part.is_unread and part.path in named:
                yield unread("terraform", named[part.path], part.why)
            else:
                yield _not_assessed(part)
        if found.resources or not found.unassessed:  # else nothing was read
            yield from _documents(found, sources, rules)
    for file in plans:
        try:
            yield from _documents(Terraform(file.path, plan.read(file.path, file.text)), (file,), rules)
        except (ValueError, RecursionError) as error:
            yield unread("terraform", file, str(error) if isinstance(error, ValueError) else "nested too deep")


def _not_assessed(part: Unassessed) -> Unknown:
    line = f"line {part.line}: " if part.line else ""
    return Unknown("terraform", Evidence(part.path, 0), f"{line}{part.why}")


def _documents(found: Terraform, sources: Iterable[SourceFile], rules: Rules) -> Iterator[Document | Unknown]:
    """The document of the resources, and those of the objects of Kubernetes and the services of Docker among them."""
    ignores = tuple(ignore for file in sources for ignore in _ignores(file))
    yield Document(found.path, found, ignores)
    objects = [made for resource in found.resources for made in kubernetes_objects(resource)]
    services = docker_services(found)
    for resource in found.resources:
        if why := unread_manifest(resource):
            yield _not_assessed(Unassessed(resource.path, resource.line, why))
    open: dict[tuple[str, int], str] = {}
    containers: list[KubernetesResource | Service] = [*objects, *services]
    for made in containers:
        lines = open_lines(made.node)
        open.update({(made.path, line): reference for line, reference in lines.items()})
        if lines:
            names = ", ".join(sorted(set(lines.values()))[:5])
            why = f"{made.label} is assessed without {names}, which only Terraform knows"
            yield _not_assessed(Unassessed(made.path, made.node.line, why))
    if objects:
        manifests = Manifests(objects, rules.pss_minor)
        manifests.registries = rules.registries
        yield Document(found.path, manifests, ignores, kind="kubernetes", open=open)
    if services:
        project = compose.of_containers(found.path, services)
        project.registries = rules.registries
        yield Document(found.path, project, ignores, kind="compose", open=open)


def _ignores(file: SourceFile) -> tuple[Ignore, ...]:
    return comments_in_lines(file.text.replace("//", "#") if "careen:ignore" in file.text else "", file.path)


TERRAFORM = Kind("terraform", "Terraform", _accepts, _read, prefixes=(("terraform", "TFM"),), view=view)

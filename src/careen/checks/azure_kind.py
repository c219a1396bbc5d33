"""Templates of Azure Resource Manager, and files of Bicep: the checks of Compose run on their containers, those of Terraform on
what containers run on.

A check is left out where Azure has no such setting: a container of it has no socket, host or network of others.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from careen.formats.azure import arm, bicep
from careen.formats.azure.containers import HAS_CONTAINERS, containers
from careen.formats.azure.resources import READ, terraform_resources
from careen.formats.terraform.resource import Terraform
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Check

from .comments import comments_in_lines
from .kind import Document, Kind, Rules, SourceFile, not_assessed, unread
from .start_kinds import COMPOSE_CHECKS

MAX_TYPES = 10  # of resources, that a message names
NAMES = (".bicep",)  # that no other kind has
_IN_AZURE = frozenset(
    (
        *("CMP-001", "CMP-014", "CMP-021", "CMP-022", "CMP-035", "CMP-038", "CMP-050", "CMP-053", "CMP-057", "CMP-066"),
        *("CMP-068", "CMP-070", "CMP-072", "CMP-074"),
    )
)


def _accepts(path: str, text: str) -> bool:
    if path.endswith(NAMES):
        return bicep.is_bicep(text)
    return path.endswith(".json") and arm.is_template(text)


def _read(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    for file in files:
        try:
            found = (bicep if file.path.endswith(NAMES) else arm).read(file.text)
            project = containers(file.path, found.resources, found.elsewhere)
            resources = terraform_resources(found.resources, file.path)
        except ValueError as error:
            yield unread("azure", file, error)
            continue
        comments = comments_in_lines(file.text.replace("//", "#") if "careen:ignore" in file.text else "", file.path)
        project.registries = rules.registries
        if project.services or project.secrets:
            yield Document(file.path, project, comments)
        if resources:
            yield Document(file.path, Terraform(file.path, resources), comments, kind="terraform")
        yield from not_assessed("azure", file, project.unresolved)
        others = Counter(resource.type for resource in found.resources if resource.type not in HAS_CONTAINERS | READ)
        if others:
            named = ", ".join(f"{type[:100]}: {count}" for type, count in islice(sorted(others.items()), MAX_TYPES))
            more = f" and {len(others) - MAX_TYPES} other types" if len(others) > MAX_TYPES else ""
            yield Unknown("azure", Evidence(file.path, 0), f"other resources ({named}{more}) are not assessed")


AZURE = Kind(
    "azure",
    "Templates of Azure Resource Manager, and Bicep",
    _accepts,
    _read,
    COMPOSE_CHECKS,
    inspects=_IN_AZURE.__contains__,
)

"""Programs of Pulumi in YAML: the checks of manifests run on their objects of Kubernetes, those of Compose on containers."""

import posixpath
from collections.abc import Iterator, Sequence

from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.services import pulumi_yaml
from careen.model.inventory import Unknown
from careen.plugins import Check

from .comments import comments_in_lines
from .deployment_kinds import NOT_IN_ECS
from .kind import Document, Kind, Rules, SourceFile, not_assessed, unread
from .start_kinds import COMPOSE_CHECKS


def _accepts(path: str, text: str) -> bool:
    name = posixpath.basename(path)
    return name in ("Pulumi.yaml", "Pulumi.yml") and pulumi_yaml.is_program(text)


def _read(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    for file in files:
        try:
            program = pulumi_yaml.read(file.text, file.path)
        except ValueError as error:
            yield unread("pulumi", file, error)
            continue
        comments = comments_in_lines(file.text, file.path)
        program.services.registries = rules.registries
        if program.services.services:
            yield Document(file.path, program.services, comments)
        if program.objects:
            manifests = Manifests(program.objects, rules.pss_minor)
            manifests.registries = rules.registries
            yield Document(file.path, manifests, comments, kind="kubernetes")
        yield from not_assessed("pulumi", file, program.services.unresolved)


PULUMI = Kind(
    "pulumi",
    "Programs of Pulumi in YAML",
    _accepts,
    _read,
    COMPOSE_CHECKS,
    inspects=lambda check: check not in NOT_IN_ECS,
)

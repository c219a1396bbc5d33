"""Kinds of files with the jobs of a pipeline: the checks of Compose run on the containers that the jobs start.

A job's container ends with the job, and nobody reaches it from elsewhere: checks about services that stay are left out.
"""

from collections.abc import Callable, Iterator, Sequence

from careen.formats.services import github_workflow, gitlab_ci
from careen.formats.services.compose import Compose
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Check

from .comments import comments_in_lines
from .kind import Document, Kind, Read, Rules, SourceFile, unread
from .start_kinds import COMPOSE_CHECKS

_OF_SERVICES_THAT_STAY = frozenset(
    (
        *("CMP-004", "CMP-005", "CMP-011", "CMP-012", "CMP-013", "CMP-016", "CMP-017", "CMP-018", "CMP-019", "CMP-023"),
        *("CMP-025", "CMP-028", "CMP-029", "CMP-035", "CMP-036", "CMP-039", "CMP-043", "CMP-044", "CMP-045", "CMP-046"),
        *("CMP-047", "CMP-054", "CMP-055", "CMP-060", "CMP-061", "CMP-066", "CMP-068", "CMP-069", "CMP-073"),
    )
)
_OF_TESTS = frozenset(("CMP-021", "CMP-049", "CMP-050", "CMP-071"))  # the credential of a database that lives for one job


def _jobs(what: str, read_jobs: Callable[[str, str], Compose]) -> Read:
    """A reader that makes one document of each file; a file whose jobs start no container has none."""

    def read(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
        for file in files:
            try:
                value = read_jobs(file.text, file.path)
            except ValueError as error:
                yield unread(what, file, error)
                continue
            value.registries = rules.registries
            if value.services:
                yield Document(file.path, value, comments_in_lines(file.text, file.path))
            for reference in value.unresolved:
                line = f"line {reference.line}: " if reference.line else ""
                yield Unknown(what, Evidence(file.path, 0), f"{line}{reference.what} is not assessed")

    return read


def _kind(name: str, title: str, accepts: Callable[[str, str], bool], read: Read) -> Kind:
    return Kind(name, title, accepts, read, COMPOSE_CHECKS, without=_OF_SERVICES_THAT_STAY | _OF_TESTS)


PIPELINE_KINDS = (
    _kind("workflow", "Workflows of GitHub Actions", github_workflow.is_workflow, _jobs("workflow", github_workflow.read)),
    _kind("gitlab-ci", "Pipelines of GitLab CI", gitlab_ci.is_pipeline, _jobs("gitlab-ci", gitlab_ci.read)),
)

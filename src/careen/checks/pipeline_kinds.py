"""Kinds of files with jobs or builds: the checks of Compose run on the containers that jobs start, and on builds.

A job's container ends with the job, and nobody reaches it from elsewhere: checks about services that stay are left out.
"""

from collections.abc import Callable, Iterator, Sequence

from careen.formats.services import bake, cloud_build, github_workflow, gitlab_ci, jenkinsfile, other_pipelines
from careen.formats.services.compose import Compose
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Check

from .applied_manifests import path_of_pod, pod_files
from .kind import Document, Kind, Rules, SourceFile
from .start_kinds import COMPOSE_CHECKS, read_each

_OF_SERVICES_THAT_STAY = frozenset(
    (
        *("CMP-004", "CMP-005", "CMP-011", "CMP-012", "CMP-013", "CMP-016", "CMP-017", "CMP-018", "CMP-019", "CMP-023"),
        *("CMP-025", "CMP-028", "CMP-029", "CMP-035", "CMP-036", "CMP-039", "CMP-043", "CMP-044", "CMP-045", "CMP-046"),
        *("CMP-047", "CMP-054", "CMP-055", "CMP-060", "CMP-061", "CMP-066", "CMP-068", "CMP-069", "CMP-073"),
    )
)
_OF_BUILDS = frozenset(("CMP-022", "CMP-052", "CMP-053", "CMP-063", "CMP-064", "CMP-072"))
_OF_TESTS = frozenset(("CMP-021", "CMP-049", "CMP-050", "CMP-071"))  # the credential of a database that lives for one job


def _of_jobs(id: str) -> bool:
    return id not in _OF_SERVICES_THAT_STAY and id not in _OF_TESTS


def _is_jenkinsfile(path: str, text: str) -> bool:
    return jenkinsfile.is_jenkinsfile(path, text)


def _jenkinsfiles(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    yield from read_each("jenkinsfile", jenkinsfile.read)(files, checks, rules)
    for file in files:
        for name, line in pod_files(file):
            if path_of_pod(file.path, name, rules.texts) is None:
                why = f"line {line}: the pod in {name[:200]} is not among the checked files"
                yield Unknown("jenkinsfile", Evidence(file.path, 0), why)


def _is_cloud_build(path: str, text: str) -> bool:
    return cloud_build.is_build(path)


def _is_bake(path: str, text: str) -> bool:
    return bake.is_bake(path)


def _kind(
    name: str,
    title: str,
    accepts: Callable[[str, str], bool],
    read: Callable[[str, str], Compose],
    inspects: Callable[[str], bool] = _of_jobs,
) -> Kind:
    return Kind(name, title, accepts, read_each(name, read), COMPOSE_CHECKS, inspects=inspects)


PIPELINE_KINDS = (
    _kind("workflow", "Workflows of GitHub Actions", github_workflow.is_workflow, github_workflow.read),
    _kind("gitlab-ci", "Pipelines of GitLab CI", gitlab_ci.is_pipeline, gitlab_ci.read),
    _kind("pipeline", "Pipelines of other systems", other_pipelines.is_pipeline, other_pipelines.read),
    Kind("jenkinsfile", "Jenkinsfiles", _is_jenkinsfile, _jenkinsfiles, COMPOSE_CHECKS, inspects=_of_jobs),
    _kind("cloud-build", "Builds of Cloud Build", _is_cloud_build, cloud_build.read),
    _kind("bake", "Bake files", _is_bake, bake.read, _OF_BUILDS.__contains__),
)

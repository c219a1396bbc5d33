"""Whether a package that is no project of the base has code of one: by passages that the sources of both have.

A program that is named after such a project is rightly named; one whose sources share nothing with the project is not.
"""

from collections.abc import Iterable
from functools import cache

from careen.origin.building import ReleaseReader, build, is_own_code
from careen.origin.identify import identify
from careen.origin.knowledge import Project

from .sets import files_of, one_release


def has_code_of(source: str, projects: Iterable[str]) -> bool:
    """Of one of these source packages, in a release that a mirror has."""
    return any(_has_code_of(source, project) for project in projects)


@cache
def _has_code_of(source: str, project: str) -> bool:
    own, other = _sources(source), _sources(project)
    if not own or not other:
        return False
    base = build([(Project(project, ("one",)), [ReleaseReader(("file", "letters", "tokens")).read("one", other)])])
    return bool(identify(base, own).components)


def _sources(source: str) -> list[tuple[str, bytes]]:
    archive = one_release("debian", source)
    return [(path, data) for path, data in files_of(archive).items() if is_own_code(path)] if archive else []

"""The names by which Dockerfiles and Compose files are known, whatever they contain."""

import posixpath
from collections.abc import Iterable

from careen.safety.pattern import pattern

YAML = (".yaml", ".yml")
# Folders of other people's code, of version control and of tools.
SKIPPED = frozenset((".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox", "site-packages"))
_DOCKERFILE = pattern(r"(?i)(?:(?:.*[._-])?(?:dockerfile|containerfile)|(?:dockerfile|containerfile)[._-].*)")
_NOT_DOCKERFILE = (".dockerignore", ".containerignore", ".md", ".txt", ".rst", ".html", ".py", ".go", ".rs", ".js", ".ts")
_COMPOSE = pattern(r"(?i)(?:docker-|podman-)?compose(?:[._-].*)?\.(?:ya?ml|json)")


def of_containers(paths: Iterable[str]) -> list[str]:
    """The paths of Dockerfiles and Compose files, without those in skipped folders."""
    return [path for path in paths if _is_of_container(posixpath.basename(path)) and SKIPPED.isdisjoint(path.split("/")[:-1])]


def is_dockerfile_name(name: str) -> bool:
    return _DOCKERFILE.fullmatch(name) is not None and not name.lower().endswith((*_NOT_DOCKERFILE, *YAML, ".json"))


def is_compose_name(name: str) -> bool:
    return _COMPOSE.fullmatch(name) is not None


def _is_of_container(name: str) -> bool:
    return is_dockerfile_name(name) or is_compose_name(name)

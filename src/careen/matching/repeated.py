"""Findings that one software would have twice: as a component of Bitnami, and as the program in the component's folder.

The component's finding counts, as Bitnami's own version shows whether its build has the fix. What only the program has
stays: another source names it.
"""

from collections.abc import Sequence
from posixpath import dirname

from careen.model.package import Package

from .assess import Assessed

_COMPONENT = "bitnami"
_LIST = ".bitnami_components.json"
_SAME = {("openjdk", "java"), ("openjdk", "jre"), ("httpd", "apache")}  # of a program and a component


def without_repeats(assessed: Sequence[Assessed]) -> list[Assessed]:
    found: dict[tuple[str, str], set[str]] = {}  # vulnerabilities by the component's folder and name
    for entry in assessed:
        package = entry.subject.package
        if package.type == _COMPONENT:
            for place in package.evidence:
                found.setdefault((_folder(package, place.path), package.name), set()).update(_names(entry))
    return [entry for entry in assessed if not (found and _is_repeated(entry, found))]


def _is_repeated(entry: Assessed, found: dict[tuple[str, str], set[str]]) -> bool:
    package = entry.subject.package
    if package.type == _COMPONENT or not package.evidence:
        return False
    return all(
        any(
            _is_same(package.name, component) and place.path.startswith(f"{folder}/") and not names.isdisjoint(_names(entry))
            for (folder, component), names in found.items()
        )
        for place in package.evidence
    )


def _is_same(name: str, component: str) -> bool:
    component = component.removesuffix("-min")
    return name == component or (name, component) in _SAME


def _folder(component: Package, path: str) -> str:
    folder, file = dirname(path), path.rpartition("/")[2]
    return f"{folder}/{component.name}" if file == _LIST else folder


def _names(entry: Assessed) -> set[str]:
    return {entry.vulnerability.id, *entry.vulnerability.aliases}

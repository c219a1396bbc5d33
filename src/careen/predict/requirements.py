"""The Python packages of requirements files that have no exact version there, with the version of the constraints.

**Source:** pip, requirements file format, "Constraints files".
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from careen.formats.packages.python_requirement import normal, requirements

MAX_PACKAGES = 5000  # of one installation
_NESTED = re.compile(r"(?m)^[ \t]*(?:-c|--constraint)(?:[ \t]+|=)([^\s#]+)")


def constraint_files(texts: Iterable[str]) -> list[str]:
    """The constraints files that requirements name, as written."""
    return [name for text in texts for name in _NESTED.findall(text) if "://" not in name]


def versions_of(texts: Iterable[str]) -> dict[str, str]:
    """The exact version of each package, by its normal name."""
    return {normal(name): version for text in texts for name, version in requirements(text.splitlines()) if version}


def unpinned(texts: Iterable[str], versions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(name, version) of each package without an exact version, and that of the constraints or ""."""
    found: dict[str, str] = {}
    for text in texts:
        for name, version in requirements(text.splitlines()):
            if not version and len(found) < MAX_PACKAGES:
                found.setdefault(normal(name), name)
    for key, name in found.items():
        yield name, versions.get(key, "")

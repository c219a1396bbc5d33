"""Python packages that a project's own files pin to an exact version: ``setup.py``, ``setup.cfg``, ``pyproject.toml``.

``setup.py`` is never run: every string literal that looks like a pinned requirement counts, whatever the program does with
it (confidence 0.7). Ranges are left out, as the installed version is unknown.
Raises: ValueError for invalid TOML.
**Source:** setuptools, install_requires and extras_require; pyproject.toml specification; Dependency groups; Poetry.
"""

import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from careen.formats.data.plain import mapping, sequence, text, toml_object
from careen.formats.packages.declared import declared, within_package
from careen.formats.packages.python_requirement import distinct, pinned
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

# Each alternative matches once its beginning does, closed or not: the search is linear.
STRING = pattern(
    r"#[^\n]*+"
    r'|"""(?P<a>(?:[^"\\]++|\\.|"(?!""))*+)(?:""")?'
    r"|'''(?P<b>(?:[^'\\]++|\\.|'(?!''))*+)(?:''')?"
    r'|"(?P<c>(?:[^"\\\n]++|\\.)*+)"?'
    r"|'(?P<d>(?:[^'\\\n]++|\\.)*+)'?",
    re.DOTALL,
)
SECTION = pattern(r"\[([^\]]{1,200})\]")
OPTION = pattern(r"([A-Za-z0-9_.-]{1,100})\s*[=:](.*)")
VERSION = pattern(r"={0,3}\s*(v?[0-9][A-Za-z0-9.!+_-]{0,100})")


def read_setup(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    content = file.data.decode("utf-8", "replace")
    strings = (found["a"] or found["b"] or found["c"] or found["d"] or "" for found in STRING.finditer(content))
    lines = (line for string in strings for line in string.splitlines())
    for package in declared(CATALOGER.name, "pypi", distinct(pinned(lines))):
        yield replace(package, confidence=0.7)


def read_configuration(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    lines = _requirement_lines(file.data.decode("utf-8", "replace"))
    yield from declared(CATALOGER.name, "pypi", distinct(pinned(lines)))


def read_pyproject(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    document = toml_object(file.data)
    yield from declared(CATALOGER.name, "pypi", distinct((*pinned(_specifiers(document)), *_poetry(document))))


def _requirement_lines(content: str) -> Iterator[str]:
    """The lines in the values of ``install_requires`` and of every extra; indented lines continue a value."""
    section = option = ""
    for line in content.splitlines():
        if found := SECTION.match(line):
            section, option = found[1].strip(), ""
        elif line[:1] not in (" ", "\t") and (named := OPTION.match(line)):
            option, line = named[1], named[2]
        if section == "options.extras_require" or (section == "options" and option == "install_requires"):
            yield line


def _specifiers(document: dict[str, Any]) -> Iterator[str]:
    project = mapping(document.get("project"))
    lists = [project.get("dependencies"), *mapping(project.get("optional-dependencies")).values()]
    lists += mapping(document.get("dependency-groups")).values()
    yield from (text(item) for items in lists for item in sequence(items))


def _poetry(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and version in Poetry's own tables, which map a name to a version, or to a table with ``version``. A bare
    version means exactly that one."""
    poetry = mapping(mapping(document.get("tool")).get("poetry"))
    tables = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    tables += [mapping(group).get("dependencies") for group in mapping(poetry.get("group")).values()]
    for table in tables:
        for name, entry in mapping(table).items():
            found = VERSION.fullmatch((text(entry) or text(mapping(entry).get("version"))).strip())
            if found and name != "python":
                yield name, found[1]


CATALOGER = Cataloger(
    name="python_project",
    ecosystem=Ecosystem(purl_type="pypi", scheme="pep440", namespace="PyPI", names_insensitive=True),
    readers=(
        Reader(Wants(names=("setup.py",)), read_setup),
        Reader(Wants(names=("setup.cfg",)), read_configuration),
        Reader(Wants(names=("pyproject.toml",)), read_pyproject),
    ),
    limits="Requirements without an exact version; values that setup.py computes.",
)

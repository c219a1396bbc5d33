"""Requirements on Python packages, as lists have them: ``name[extra] == 1.0 ; marker  # comment``.

``requirement`` gives the name as written and the exact version, "" if the text allows several; None if the text is not a
requirement (an option, an address without a name). The version may be in the file of ``name @ …/name-1.0-py3-none-any.whl``.
``requirements`` gives those of many lines, ``pinned`` those that have an exact version; a line that ends with ``\\`` continues
on the next.
``distinct`` leaves out other spellings of the same name.
**Source:** Dependency specifiers (PEP 508); Version specifiers; Names and normalization; pip, requirements file format.
"""

import re
from collections.abc import Iterable, Iterator

from careen.safety.pattern import pattern

MAX_LINE = 4096
_REQUIREMENT = pattern(
    r"\s*+(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?)\s*+(?:\[[^\]]{0,500}\])?\s*+"
    r"(?P<rest>$|[(=<>!~@;#].*|(?:--|#).*)",
    re.DOTALL,
)
_EXACT = pattern(r"={2,3}\s*+(v?[0-9][A-Za-z0-9.!+_-]{0,100})(?=[\s,;#)@]|$)")
_WHEEL = pattern(r"@[^;]*/[A-Za-z0-9._]{1,200}-([0-9][A-Za-z0-9.!+_]{0,100})(?:-[0-9][^-/]{0,50})?-[^-/]+-[^-/]+-[^-/]+\.whl")
_RUNS = pattern(r"[-_.]+")


def requirement(text: str) -> tuple[str, str] | None:
    found = _REQUIREMENT.fullmatch(text.strip()) if len(text) <= MAX_LINE else None
    if not found:
        return None
    rest = found["rest"]
    exact = _WHEEL.match(rest) if rest.startswith("@") else _EXACT.search(rest.split(";")[0].split("#")[0])
    return found["name"], exact[1] if exact else ""


def requirements(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in _joined(lines):
        if found := requirement(line):
            yield found


def pinned(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    return (found for found in requirements(lines) if found[1])


def distinct(found: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for name, version in found:
        first.setdefault((normal(name), version), (name, version))
    return tuple(first.values())


def normal(name: str) -> str:
    return _RUNS.sub("-", name).lower()


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Joins continued lines. What follows the first quarter of ``MAX_LINE`` is dropped: it cannot change name and
    version."""
    whole = ""
    for line in lines:
        line = line.rstrip("\r\n")
        if len(whole) <= MAX_LINE // 4:
            whole += line.removesuffix("\\")[:MAX_LINE]
        if not line.endswith("\\"):
            yield whole[:MAX_LINE]
            whole = ""
    if whole:
        yield whole[:MAX_LINE]

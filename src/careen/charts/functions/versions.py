"""Functions of semantic versions.

**Source:** Masterminds semver, "Checking Version Constraints".
"""

import re
from typing import Any

from careen.charts.template import TemplateError
from careen.charts.template.objects import Object

from .arguments import typed

_VERSION = re.compile(r"v?(\d{1,18})(?:\.(\d{1,18}))?(?:\.(\d{1,18}))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?\Z")
_PART = re.compile(
    r"\s*(!=|>=|=>|<=|=<|>|<|=|~>|~|\^|)\s*v?(\d{1,18}|[xX*])(?:\.(\d{1,18}|[xX*]))?(?:\.(\d{1,18}|[xX*]))?"
    r"(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?\s*(?:,|\s|\Z)"
)
_BETWEEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_Numbers = tuple[int, int, int]


def _read(text: str) -> tuple[_Numbers, str, str]:
    match = _VERSION.match(text)
    if match is None:
        raise TemplateError(f"{text[:60]!r} is not a semantic version")
    return (int(match[1]), int(match[2] or 0), int(match[3] or 0)), match[4] or "", match[5] or ""


def _order(version: tuple[_Numbers, str, str]) -> Any:
    numbers, before, _ = version
    parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in before.split(".")] if before else []
    return numbers, not before, parts


def compares(constraint: str, version: str) -> bool:
    """Whether a version is in a range: ``>=1.2, <2 || ~3.1``."""
    read = _read(version)
    return any(_all(part, read) for part in constraint.split("||"))


def _all(text: str, version: tuple[_Numbers, str, str]) -> bool:
    text = _BETWEEN.sub(r">=\1, <=\2", text).strip()
    if not text:
        return True
    at = 0
    holds = True
    while at < len(text):
        match = _PART.match(text, at)
        if match is None or match.end() == at:
            raise TemplateError(f"{text[:60]!r} is not a range of versions")
        holds = holds and _holds(match, version)
        at = match.end()
    return holds


def _holds(match: re.Match[str], version: tuple[_Numbers, str, str]) -> bool:
    operator = match[1] or "="
    given = [match[2], match[3], match[4]]
    known = 0
    for number in given:
        if number is None or number in "xX*":
            break
        known += 1
    low = (*(int(number) for number in given[:known]), *(0,) * (3 - known))
    before = match[5] or ""
    if version[1] and not before:
        return False  # a pre-release only fits a range that names one
    bound = _order(((low[0], low[1], low[2]), before, ""))
    here = _order(version)
    above = _above(low, known)
    if operator == "!=":
        return not (here >= bound and here < above) if known < 3 else bool(here != bound)
    if operator in (">=", "=>"):
        return bool(here >= bound)
    if operator == ">":
        return bool(here >= above) if known < 3 else bool(here > bound)
    if operator in ("<=", "=<"):
        return bool(here < above) if known < 3 else bool(here <= bound)
    if operator == "<":
        return bool(here < bound)
    if operator in ("~", "~>"):
        return bool(here >= bound and here < _above(low, min(known, 2)))
    if operator == "^":
        first = next((place for place, number in enumerate(low) if number), known - 1)
        return bool(here >= bound and here < _above(low, min(first + 1, max(known, 1))))
    return bool(here >= bound and here < above) if known < 3 else bool(here == bound)


def _above(low: tuple[int, ...], known: int) -> Any:
    """The sort key of the first version after all that begin with the first ``known`` numbers of ``low``."""
    if known == 0:
        return _order(((10**18 + 1, 0, 0), "", ""))
    raised = [*low[: known - 1], low[known - 1] + 1, *(0,) * (3 - known)]
    return _order(((raised[0], raised[1], raised[2]), "", ""))


def _semver(text: str) -> Object:
    (major, minor, patch), before, build = _read(text)
    fields = {"Major": major, "Minor": minor, "Patch": patch, "Prerelease": before, "Metadata": build}
    written = f"{major}.{minor}.{patch}" + (f"-{before}" if before else "") + (f"+{build}" if build else "")
    mine = ((major, minor, patch), before, build)
    return Object(fields, {"Compare": lambda other: _compared(mine, other), "Original": lambda: text}, written)


def _compared(version: tuple[_Numbers, str, str], other: Any) -> int:
    if not isinstance(other, Object) or other.text is None:
        raise TemplateError("a version is compared with a value that is not a version")
    mine, theirs = _order(version), _order(_read(other.text))
    return int(mine > theirs) - int(mine < theirs)


FUNCTIONS = {"semver": typed("s", _semver), "semverCompare": typed("ss", compares)}

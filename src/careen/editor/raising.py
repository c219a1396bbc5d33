"""Raises a package to the version that fixes its vulnerabilities, in files that people write: requirements, go.mod, pom.xml.

Lock files are written by their programs, with hashes: there the editor offers no edit.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

from careen.model.finding import Vulnerability

from .checker import Checker, Remarks
from .documents import Document
from .package_files import is_requirements
from .remarks import QuickFix, Remark

_NEAR = 6  # lines of a pom.xml from the artifact to its version


def raised(remark: Remark, document: Document, checker: Checker) -> Iterator[QuickFix]:
    """Offers to raise a package to the lowest version that fixes all of its findings that have a fix, else to one that fixes
    this finding. A version is offered only if a new assessment has this finding fewer times."""
    finding = remark.finding
    if not isinstance(finding, Vulnerability):
        return
    before = checker.assess(document)
    same = [other for other in _of_package(before, finding) if other.package_version == finding.package_version]
    rows = document.checked.split("\n")
    for target in _targets(same, checker, finding):
        text = _with_version(rows, remark.line - 1, finding, target, document.path)
        if text is None:
            continue
        edited = Document(document.uri, "\n".join(text), document.version, document.language)
        after = checker.assess(edited)
        if _times(remark.code, _of_package(after, finding)) < _times(remark.code, same):
            then = "; then go mod tidy" if posixpath.basename(document.path) == "go.mod" else ""
            yield QuickFix(f"Raise {finding.package_name} to {target}{then}", tuple(text), (remark,), preferred=True)
            return


def _targets(same: list[Vulnerability], checker: Checker, finding: Vulnerability) -> list[str]:
    """The versions to try: the one that fixes all findings that have a fix, then those that fix this finding."""
    key = checker.order_of(finding.package)
    lowest = []
    for other in same:
        above = [version for version in other.fix.versions if _key(key, version) > _key(key, finding.package_version)]
        if above:
            lowest.append(min(above, key=lambda version: _key(key, version)))
    best = max(lowest, key=lambda version: _key(key, version), default=None)
    higher = (version for version in finding.fix.versions if _key(key, version) > _key(key, finding.package_version))
    return list(dict.fromkeys(version for version in (best, *higher) if version))


def _key(key: Callable[[str], Any], version: str) -> tuple[int, Any]:
    try:
        return (1, key(version))
    except ValueError:
        return (0, (version,))


def _with_version(rows: list[str], row: int, finding: Vulnerability, version: str, path: str) -> list[str] | None:
    name = posixpath.basename(path)
    old = re.escape(finding.package_version)
    if is_requirements(path):
        if _has_hashes(rows, row):
            return None
        return _swapped(rows, row, rf"(==\s*){old}(?![\w.])", version)
    if name == "go.mod":
        new = version if version.startswith("v") else f"v{version}"
        return _swapped(rows, row, rf"(\s){old}(?![\w.])", new)
    if name == "pom.xml":
        for near in range(row, min(len(rows), row + _NEAR)):
            found = _swapped(rows, near, rf"(<version>\s*){old}(?=\s*</version>)", version)
            if found is not None:
                return found
            if "</dependency>" in rows[near]:
                break
    return None


def _has_hashes(rows: list[str], row: int) -> bool:
    while row < len(rows):
        if "--hash" in rows[row]:
            return True
        if not rows[row].rstrip().endswith("\\"):
            return False
        row += 1
    return False


def _swapped(rows: list[str], row: int, pattern: str, version: str) -> list[str] | None:
    new, count = re.subn(pattern, lambda match: match[1] + version, rows[row], count=1)
    return [*rows[:row], new, *rows[row + 1 :]] if count else None


def _times(id: str, findings: list[Vulnerability]) -> int:
    return sum(finding.id == id for finding in findings)


def _of_package(remarks: Remarks, finding: Vulnerability) -> list[Vulnerability]:
    found = (remark.finding for remark in remarks.found)
    return [other for other in found if isinstance(other, Vulnerability) and other.package_name == finding.package_name]

"""Ignore rules out of a ``.careenignore`` file: one a line, each naming a flaw and, if it likes, a package and an end.

    # comment
    CVE-2023-45853
    CVE-2024-3094  package=xz-utils  until=2026-12-31  reason="not reachable: no sshd in this image"
    GHSA-*         purl=pkg:npm/lodash

``package`` and the id may hold ``*``; ``purl`` matches a package URL with or without version and qualifiers. A rule
applies through the day named by ``until``.
Raises: UsageError that names file and line.
"""

import re
from datetime import date
from fnmatch import fnmatchcase

from msgspec import Struct

from careen.errors import UsageError
from careen.model.finding import Vulnerability

_WORD = re.compile(r"""\s*(?:([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"#]*))|([^\s"=#]+))(?=\s|$|\#)""")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9:._*-]{2,}")
_HINT = 'a line is: ID [package=NAME] [purl=PURL] [until=YYYY-MM-DD] [reason="…"]'


class Ignore(Struct, frozen=True):
    id: str
    source: str  # "FILE:LINE"
    package: str | None = None
    purl: str | None = None
    until: date | None = None
    reason: str = ""

    def applies(self, finding: Vulnerability) -> bool:
        if not any(fnmatchcase(id.upper(), self.id.upper()) for id in (finding.id, *finding.aliases)):
            return False
        if self.package is not None and not fnmatchcase(finding.package_name, self.package):
            return False
        return self.purl is None or _is_purl(self.purl, finding.package)

    def expired(self, today: date) -> bool:
        return self.until is not None and self.until < today


def read_ignores(text: str, name: str) -> tuple[Ignore, ...]:
    """``name`` is the file's, for messages and for the report."""
    rules = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            rules.append(_rule(line, f"{name}:{number}"))
    return tuple(rules)


def _rule(line: str, source: str) -> Ignore:
    words, settings = _words(line, source)
    if len(words) != 1 or not _ID.fullmatch(words[0]):
        what = f"{words[-1]!r} is out of place" if len(words) > 1 else f"{line.strip()[:60]!r} names no vulnerability"
        raise UsageError(f"{source}: {what}", _HINT)
    until = settings.get("until")
    try:
        end = date.fromisoformat(until) if until is not None else None
    except ValueError:
        raise UsageError(f"{source}: until={until} is no date", _HINT) from None
    return Ignore(words[0], source, settings.get("package"), settings.get("purl"), end, settings.get("reason", ""))


def _words(line: str, source: str) -> tuple[list[str], dict[str, str]]:
    words: list[str] = []
    settings: dict[str, str] = {}
    position = 0
    while rest := line[position:].strip():
        if rest.startswith("#"):
            break
        found = _WORD.match(line, position)
        if not found:
            raise UsageError(f"{source}: {rest[:60]!r} cannot be read", _HINT)
        position = found.end()
        if found[4] is not None:
            words.append(found[4])
            continue
        value = re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3]
        if found[1] not in ("package", "purl", "until", "reason"):
            raise UsageError(f"{source}: {found[1]!r} is no setting of an ignore rule", _HINT)
        if found[1] in settings or not value:
            raise UsageError(f"{source}: {found[1]} is {'given twice' if value else 'empty'}", _HINT)
        settings[found[1]] = value
    return words, settings


def _is_purl(wanted: str, purl: str) -> bool:
    bare = purl.partition("?")[0]
    return wanted in (purl, bare, bare.rpartition("@")[0])

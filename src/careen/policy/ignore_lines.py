"""Ignore rules, one on each line: the id of a vulnerability and, optionally, a package or path and an expiry date.

    # comment
    CVE-2023-45853
    CVE-2024-3094  package=xz-utils  until=2026-12-31  reason="not reachable: no sshd in this image"
    GHSA-*         purl=pkg:npm/lodash
    aws-key        path=tests/**

``.trivyignore`` is such a file too: ``exp:YYYY-MM-DD`` is the day on which a rule has ended.
Raises: UsageError that names file and line.
"""

import re
from datetime import date

from careen.errors import UsageError

from .days import last_day_before
from .ignores import Ignore

_WORD = re.compile(r"""\s*(?:([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"#]*))|([^\s"=#]+))(?=\s|$|\#)""")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9:._*-]{2,}")
_HINT = 'a line is: ID [package=NAME] [purl=PURL] [path=GLOB] [until=YYYY-MM-DD] [reason="…"]'


def read_lines(text: str, name: str) -> tuple[Ignore, ...]:
    """The rules in a text. ``name`` is the file's name, for messages and for the report."""
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
        end = date.fromisoformat(until) if until is not None else last_day_before(settings.get("exp"), source)
    except ValueError:
        raise UsageError(f"{source}: until={until} is not a date", _HINT) from None
    paths = (settings["path"],) if "path" in settings else ()
    return Ignore(words[0], source, settings.get("package"), settings.get("purl"), end, settings.get("reason", ""), paths=paths)


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
            _add(words, settings, found[4])
            continue
        value = re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3]
        if found[1] not in ("package", "purl", "path", "until", "reason"):
            raise UsageError(f"{source}: {found[1]!r} is not a setting of an ignore rule", _HINT)
        if found[1] in settings or not value:
            raise UsageError(f"{source}: {found[1]} is {'given twice' if value else 'empty'}", _HINT)
        settings[found[1]] = value
    return words, settings


def _add(words: list[str], settings: dict[str, str], word: str) -> None:
    if word.startswith("exp:") and words and not settings.keys() & {"until", "exp"}:
        settings["exp"] = word.removeprefix("exp:")
    else:
        words.append(word)

"""Debian's ``copyright`` files: in the machine-readable form (DEP-5), or as prose.

Shape: paragraphs of ``Field: value``. The first names the format; a paragraph with ``Files`` has the ``License`` of these
files, whose first line is a short name or an expression of short names; a paragraph with ``License`` alone has the text that a
short name stands for. Source: Debian, "Machine-readable debian/copyright file", version 1.0.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from careen.safety.pattern import pattern

from .expressions import REFERENCE, combined, expression_of, ids_in, reference
from .names import id_of
from .recognise import recognised

MAX_TEXT = 4 << 20
MAX_PARAGRAPHS = 5000
MAX_HOLDERS = 200
_FORMAT = pattern(r"(?im)^Format(?:-Specification)?:.{0,200}(?:copyright|dep-?5)")
_FIELD = pattern(r"^([A-Za-z][A-Za-z0-9-]{0,40}):(.*)$")
_HOLDER = pattern(r"(?im)^[ \t]*(?:\.\s*)?((?:copyright\b|\(c\)|©)[^\n]{4,200})$")
_YEARS = pattern(r"^[\s,;:]*(?:(?:copyright|\(c\)|©)[\s,;:]*)*", re.IGNORECASE)


class Copyright(Struct, frozen=True, gc=False):
    """A parsed file. ``declared`` are its licences, ``expression`` is all of them together."""

    expression: str = ""
    holders: tuple[str, ...] = ()
    machine_readable: bool = False


def read(text: str) -> Copyright:
    text = text[:MAX_TEXT].replace("\r\n", "\n")
    if _FORMAT.search(text[:3000]):
        found = list(_paragraphs(text))
        expression = _machine_readable(found)
        if expression:
            return Copyright(expression, _holders_in(found), machine_readable=True)
    return Copyright(recognised(text).expression, holders(text))


def holders(text: str) -> tuple[str, ...]:
    """The copyright lines of a text, unchanged except for white space."""
    lines = (" ".join(match[1].split()) for match in _HOLDER.finditer(text[:MAX_TEXT]))
    named = (
        line
        for line in lines
        if re.search(r"\d{4}|©|\(c\)|\(C\)", line) and not re.search(r"[<\[{](?:year|yyyy)", line, re.IGNORECASE)
    )
    return tuple(dict.fromkeys(named))[:MAX_HOLDERS]


def _machine_readable(paragraphs: Sequence[Mapping[str, str]]) -> str:
    texts: dict[str, str] = {}
    of_files: list[str] = []
    for paragraph in paragraphs:
        if "license" not in paragraph:
            continue
        name, _, text = paragraph["license"].partition("\n")
        if text.strip() and name.strip():
            texts.setdefault(name.strip().lower(), text)
        if "files" in paragraph or "format" in paragraph or "format-specification" in paragraph:
            of_files.append(paragraph["license"])
    return combined(_expression(licence, texts) for licence in of_files)


def _expression(licence: str, texts: Mapping[str, str]) -> str:
    """The licence expression of a paragraph. If a short name is unknown, the text of that licence, here or in ``texts``,
    identifies it.
    """
    name, _, text = licence.partition("\n")
    name = " ".join(name.split()).rstrip(".,")
    if not name:
        return recognised(text).expression
    expression = expression_of(name)
    unknown = [id for id in ids_in(expression) if id.startswith(REFERENCE)]
    if not unknown:
        return expression
    own = text or texts.get(name.lower(), "")
    if own.strip() and len(ids_in(expression)) == 1:
        return _by_text(own) or _by_beginning(name) or expression
    for short, body in texts.items():
        if reference(short).lower() in {id.lower() for id in unknown} and (found := _by_text(body)):
            expression = re.sub(rf"{re.escape(reference(short))}(?![\w.-])", f"({found})", expression, flags=re.IGNORECASE)
    return combined((expression,))


def _by_text(text: str) -> str:
    found = recognised(_unfolded(text))
    return found.expression


def _by_beginning(name: str) -> str:
    """The id with which a custom name begins: ``BSD-3-clause-Author``, ``Expat-RedHat``; "" if there is none."""
    parts = name.split("-")
    for end in range(len(parts) - 1, 1, -1):
        if id := id_of("-".join(parts[:end])):
            return id
    return ""


def _holders_in(paragraphs: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    lines = (line.strip() for paragraph in paragraphs for line in paragraph.get("copyright", "").split("\n"))
    named = (f"Copyright {_YEARS.sub('', line)}" for line in lines if line and line != ".")
    return tuple(dict.fromkeys(named))[:MAX_HOLDERS]


def _paragraphs(text: str) -> Iterator[dict[str, str]]:
    """The fields of each paragraph, with names in lower case. A continued value contains all its lines."""
    current: dict[str, str] = {}
    last = ""
    count = 0
    for line in text.split("\n"):
        if not line.strip():
            if current:
                yield current
                count += 1
            current, last = {}, ""
            if count >= MAX_PARAGRAPHS:
                return
        elif line[0] in " \t":
            if last:
                current[last] += "\n" + line
        elif match := _FIELD.match(line):
            last = match[1].lower()
            current[last] = match[2].strip()
    if current:
        yield current


def _unfolded(text: str) -> str:
    return re.sub(r"(?m)^[ \t]+\.?[ \t]*$|^[ \t]", "", text)

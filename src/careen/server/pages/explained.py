"""The details of a finding: every field that its row in a list does not show, as names and texts.

A new kind of finding needs no change here: its fields are shown under their own names. Secrets were redacted when they
were found.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from careen.model.finding import Finding
from careen.output.escape import web_link

IN_ROW = frozenset(("kind", "id", "severity", "package_name", "package_version", "layer", "risk", "fingerprint", "match"))
FIRST = ("reason", "why", "message", "summary", "title")
LABELS = {
    "reason": "Why it is found",
    "severity_source": "Severity by",
    "cvss": "CVSS",
    "epss": "EPSS",
    "kev": "Known exploited",
    "vex": "VEX",
    "fix_published": "Fix published",
    "paths": "Files",
    "advisories": "Advisories",
}
MOST = 20  # values of a field
SHORT = 140  # longer texts are not complete in the row, in characters


class Text(Struct, frozen=True):
    text: str
    link: str = ""


class Fact(Struct, frozen=True):
    label: str
    values: tuple[Text, ...]
    more: int = 0


def facts_of(finding: Finding) -> tuple[Fact, ...]:
    known: dict[str, Any] = msgspec.to_builtins(finding)
    first = {name: known[name] for name in FIRST if name in known}
    return tuple(_facts(first | known))


def _facts(fields: dict[str, Any]) -> Iterator[Fact]:
    for name, value in fields.items():
        if name in IN_ROW or value is None or value is False or value in ("", (), [], {}):
            continue
        if name in ("summary", "title") and len(str(value)) <= SHORT:
            continue
        values = list(value) if isinstance(value, list | tuple) else [value]
        label = LABELS.get(name, name.replace("_", " ").capitalize())
        yield Fact(label, tuple(_text(part) for part in values[:MOST]), max(0, len(values) - MOST))


def _text(value: Any) -> Text:
    if isinstance(value, dict):
        link = next((link for part in value.values() if isinstance(part, str) and (link := web_link(part))), "")
        rest = {name: part for name, part in value.items() if part not in (None, "", [], ()) and part != link}
        are_words = all(isinstance(part, str) for part in rest.values())  # numbers need the names of their fields
        return Text((", ".join(rest.values()) if are_words else _plain(rest)) or link, link)
    text = _plain(value)
    return Text(text, web_link(text) or "")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(part)}" for name, part in value.items() if part not in (None, ""))
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return f"{value:g}" if isinstance(value, float) else str(value)

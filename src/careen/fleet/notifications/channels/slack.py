"""A message for Slack's incoming webhooks, and for other services that accept the same format.

Foreign names are in ``plain_text`` and in rich text, whose elements are literal, so that they cannot become a mention, a
link or emphasis. ``text``, which other programs show, is escaped, with formatting off.
**Source:** Slack, "Incoming webhooks", "Block Kit: header, rich text", "Formatting text for app surfaces: escaping".
"""

from typing import Any

import msgspec
from msgspec import Struct

from ..message import Outgoing
from ..shown import Shown, shown
from .posted import Post

HEADER = 150  # characters
TEXT = 3000
FALLBACK = 8000
ELEMENTS = 100


class SlackTarget(Struct, frozen=True, forbid_unknown_fields=True):
    """A Slack webhook. Its URL contains the token."""

    url: str

    def __repr__(self) -> str:
        return "SlackTarget(…)"


def request(outgoing: Outgoing, target: SlackTarget) -> Post:
    return Post(target.url, {"Content-Type": "application/json"}, msgspec.json.encode(document(outgoing)))


def document(outgoing: Outgoing) -> dict[str, Any]:
    found = shown(outgoing)
    header = {"type": "header", "text": {"type": "plain_text", "text": _cut(found.title, HEADER), "emoji": False}}
    blocks = [header, {"type": "rich_text", "elements": [_section(_facts(found))]}]
    if found.lines:
        items = [_section([_linked(line.text, line.link)]) for line in found.lines[:ELEMENTS]]
        blocks.append({"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": items}]})
    last = [_text(text) for text in (found.rest, found.note) if text]
    if found.link:
        last.append(_linked("Open in Careen", found.link))
    if last:
        spaced = [part for each in last for part in (each, _text("\n"))][:-1]
        blocks.append({"type": "rich_text", "elements": [_section(spaced)]})
    return {"text": escaped(_cut(found.text(), FALLBACK)), "mrkdwn": False, "blocks": blocks}


def escaped(text: str) -> str:
    """The text with ``&``, ``<`` and ``>`` escaped, so that it contains no mention (``<!channel>``, ``<@U1>``) or link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _facts(found: Shown) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for name, value in found.facts:
        parts += [_text(f"{name}: ", bold=True), _text(value), _text("\n")]
    return parts[:-1] or [_text(found.title)]


def _section(elements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": elements}


def _linked(text: str, link: str) -> dict[str, Any]:
    return {"type": "link", "url": link, "text": _cut(text, TEXT)} if link else _text(text)


def _text(text: str, *, bold: bool = False) -> dict[str, Any]:
    return {"type": "text", "text": _cut(text, TEXT) or " ", **({"style": {"bold": True}} if bold else {})}


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"

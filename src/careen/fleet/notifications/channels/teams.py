"""A message for Microsoft Teams: an Adaptive Card, posted to the URL of a workflow.

Foreign names are in text runs, which do not interpret Markdown, and no mention is declared. Only buttons have links.
**Source:** Microsoft, "Create incoming webhooks with Workflows for Microsoft Teams"; Adaptive Cards 1.4 (``RichTextBlock``,
``TextRun``, ``Action.OpenUrl``).
"""

from typing import Any

import msgspec
from msgspec import Struct

from ..message import Outgoing
from ..shown import shown
from .posted import Post

MEDIA_TYPE = "application/vnd.microsoft.card.adaptive"
COLOURS = {"critical": "attention", "high": "warning"}


class TeamsTarget(Struct, frozen=True, forbid_unknown_fields=True):
    """A Teams workflow. Its URL contains the token."""

    url: str

    def __repr__(self) -> str:
        return "TeamsTarget(…)"


def request(outgoing: Outgoing, target: TeamsTarget) -> Post:
    return Post(target.url, {"Content-Type": "application/json"}, msgspec.json.encode(document(outgoing)))


def document(outgoing: Outgoing) -> dict[str, Any]:
    attachment = {"contentType": MEDIA_TYPE, "contentUrl": None, "content": _card(outgoing)}
    return {"type": "message", "attachments": [attachment]}


def _card(outgoing: Outgoing) -> dict[str, Any]:
    found = shown(outgoing)
    colour = COLOURS.get(outgoing.message.severity, "default")
    body = [_block([_run(found.title, weight="bolder", size="large", color=colour)])]
    body += [_block([_run(f"{name}: ", weight="bolder"), _run(value)], "small") for name, value in found.facts]
    body += [_block([_run(f"• {line.text}")], "small") for line in found.lines]
    body += [_block([_run(text, isSubtle=True)], "small") for text in (found.rest, found.note) if text]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
    }
    if found.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open in Careen", "url": found.link}]
    return card


def _block(runs: list[dict[str, Any]], spacing: str = "default") -> dict[str, Any]:
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": runs}


def _run(text: str, **style: object) -> dict[str, Any]:
    return {"type": "TextRun", "text": text or " ", **style}

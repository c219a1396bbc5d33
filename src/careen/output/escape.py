"""Untrusted text made safe for a line of a terminal, and how many columns it takes there.

Control characters could move the cursor, bidirectional marks could reverse a name, invisible ones could hide a
difference; each is shown as its escape instead. Text that a pipeline's runner would take for a command is broken up.
**Source:** Unicode 16.0, general categories C* and Z*; UAX #9 (bidirectional) and UTS #39 (security); UAX #11 (width);
GitHub Actions, workflow commands (``::name::``, also after blanks); actions/runner, ActionCommand.cs, and Azure Pipelines,
logging commands (``##[name]`` and ``##vso[name]``, anywhere in a line).
"""

import unicodedata

from careen.safety.pattern import pattern

_PLAIN = pattern(r"[ -~]*")
_COMMAND = pattern(r"(?:^|(?<= ))(?=::)|(?<=#)(?=#[a-z]*\[)")
_LINK = pattern(r"https?://(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters by category, empty to the eye


def visible(text: str, limit: int = 2000) -> str:
    """One line without control, bidirectional or invisible characters, at most ``limit`` characters of the original."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    if not _PLAIN.fullmatch(cut):
        cut = "".join(map(_shown, cut))
    return _COMMAND.sub(r"\\", cut) if "::" in cut or "##" in cut else cut


def columns(text: str) -> int:
    """Columns that ``visible`` text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shorten(text: str, width: int) -> str:
    """The text in at most ``width`` columns, cut in the middle: both ends of a path matter."""
    if columns(text) <= width:
        return text
    tail = _first(text[::-1], (width - 1) * 2 // 3)[::-1]
    return f"{_first(text, width - 1 - columns(tail))}…{tail}" if width > 0 else ""


def clipped(text: str, width: int) -> str:
    """The text in at most ``width`` columns, cut at the end."""
    return text if columns(text) <= width else f"{_first(text, max(width - 1, 0))}…"


def web_link(text: str) -> str | None:
    """The text if it is a well-formed web address and nothing else (RFC 3986); else None."""
    return text if len(text) <= 2000 and _LINK.fullmatch(text) else None


def _first(text: str, width: int) -> str:
    used = 0
    for index, character in enumerate(text):
        used += columns(character)
        if used > width:
            return text[:index]
    return text


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category not in _HIDDEN and character not in _BLANK and (category != "Zs" or character == " "):
        return character
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    point = ord(character)
    return named or (f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}")

"""JSON text of a document: indented, and safe to print in a terminal.

Bidirectional and invisible characters are written as their JSON escapes, which read back as the same text; so are signs
that a pipeline's runner would take for a command. A name that is not Unicode (a lone surrogate) has U+FFFD in its place.
**Source:** RFC 8259, section 7 and 8.2; runners' commands as in ``escape``.
"""

import re
from typing import Any, TextIO

import msgspec

from careen.safety.pattern import pattern

PIECE_BYTES = 1 << 14  # small: as a whole a long document would be in memory several times, and few pieces have to be searched
_HIDDEN = pattern(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    r"|(?<=#)#(?=[a-z]*\[)"
)


def write_json(document: Any, stream: TextIO) -> None:
    """``document``: dicts, lists, and structures of msgspec."""
    text = _text_of(document)
    start = 0
    while start < len(text):
        end = text.find(b"\n", start + PIECE_BYTES) + 1 or len(text)  # no text of a document goes over the end of a line
        stream.write(_shown(text[start:end]))
        start = end
    stream.write("\n")


def _text_of(document: Any) -> bytes:
    try:
        encoded = msgspec.json.encode(document)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_unicode(msgspec.to_builtins(document)))
    return msgspec.json.format(encoded, indent=2)


def _shown(piece: bytes) -> str:
    """The lines, with the escapes of hidden characters. Few lines can have one, which is quick to see."""
    if _is_plain(piece):
        return piece.decode()
    lines = piece.splitlines(keepends=True)
    return "".join(line.decode() if _is_plain(line) else _HIDDEN.sub(_escaped, line.decode()) for line in lines)


def _is_plain(text: bytes) -> bool:
    return text.isascii() and b"\x7f" not in text and b"##" not in text


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _unicode(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {_unicode(key): _unicode(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_unicode(part) for part in value]
    return value

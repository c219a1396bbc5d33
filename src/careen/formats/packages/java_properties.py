r"""The pairs of a Java properties file: ``key=value`` with comments, continued lines and ``\uXXXX``.

Raises: ValueError over 100,000 lines.  **Source:** Java Platform API, ``java.util.Properties.load``.
"""

import re

from careen.safety.pattern import pattern

MAX_LINES = 100_000
_KEY = pattern(r"((?:[^\\=: \t\f]|\\.)*)[ \t\f]*[=:]?[ \t\f]*(.*)", re.DOTALL)
_ESCAPE = pattern(r"\\(?:u([0-9A-Fa-f]{4})|(.?))", re.DOTALL)
_NAMED = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def properties(data: bytes) -> dict[str, str]:
    """The last of two equal keys counts. Bytes are UTF-8 if valid, else ISO 8859-1."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    lines = re.split(r"\r\n|\r|\n", text)
    if len(lines) > MAX_LINES:
        raise ValueError(f"properties: more than {MAX_LINES} lines")
    found: dict[str, str] = {}
    parts: list[str] = []
    for line in lines:
        line = line.lstrip(" \t\f")
        if not parts and (not line or line[0] in "#!"):
            continue
        if (len(line) - len(line.rstrip("\\"))) % 2:
            parts.append(line[:-1])
            continue
        _put(found, "".join(parts) + line)
        parts = []
    if parts:
        _put(found, "".join(parts))
    return found


def _put(found: dict[str, str], line: str) -> None:
    match = _KEY.match(line)
    if match:
        found[_plain(match[1])] = _plain(match[2])


def _plain(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _NAMED.get(match[2], match[2]), text)

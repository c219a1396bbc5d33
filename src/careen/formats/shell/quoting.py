"""Quotes and escapes of a shell's words.

**Source:** POSIX.1-2024, XCU 2.2 (Quoting); Bash reference manual, "ANSI-C Quoting".
"""

import re

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_IN_DOUBLE = re.compile(r'\\([\\"$`\n])')
_PIECE = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\$'((?:[^'\\]|\\.)*)'|\\(.)|([^'"\\$]+|\$)""", re.DOTALL)
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}


def unquote(raw: str) -> str:
    """A word without its quotes and escapes; expansions stay as written."""
    if "'" not in raw and '"' not in raw and "\\" not in raw:
        return raw
    out: list[str] = []
    for single, double, ansi, escaped, plain in _PIECE.findall(raw):
        if plain:
            out.append(plain)
        elif double:
            out.append(_IN_DOUBLE.sub(lambda match: "" if match[1] == "\n" else match[1], double))
        elif ansi:
            out.append(_ESCAPED.sub(lambda match: _ANSI.get(match[1], match[1]), ansi))
        elif escaped:
            out.append("" if escaped == "\n" else escaped)
        else:
            out.append(single)
    return "".join(out)

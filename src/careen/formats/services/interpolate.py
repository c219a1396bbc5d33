"""Variables in the text of Compose files: ``$NAME``, ``${NAME}`` with ``:-``, ``-``, ``:?``, ``?``, ``:+``, ``+``, and ``$$``.

A variable without value and default stays as written, so that it is still recognised as a reference.

**Source:** https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

import re
from collections.abc import Mapping

MAX_DEPTH = 8  # defaults in defaults
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACE = re.compile(r"[{}]")
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")


def interpolate(text: str, values: Mapping[str, str], depth: int = MAX_DEPTH) -> str:
    if "$" not in text:
        return text
    closing = _closing(text)
    out: list[str] = []
    here = 0
    while (dollar := text.find("$", here)) >= 0:
        out.append(text[here:dollar])
        rest = dollar + 1
        if text.startswith("$", rest):
            out.append("$")
            here = rest + 1
        elif (end := closing.get(rest)) is not None:
            out.append(_braced(text[rest + 1 : end], values, depth))
            here = end + 1
        elif name := _NAME.match(text, rest):
            out.append(values.get(name[0], f"${name[0]}"))
            here = name.end()
        else:
            out.append("$")
            here = rest
    out.append(text[here:])
    return "".join(out)


def _closing(text: str) -> dict[int, int]:
    """The position of the closing brace of each opening brace."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for match in _BRACE.finditer(text):
        if match[0] == "{":
            opened.append(match.start())
        elif opened:
            found[opened.pop()] = match.start()
    return found


def _braced(inner: str, values: Mapping[str, str], depth: int) -> str:
    name = _NAME.match(inner)
    whole = "${" + inner + "}"
    if name is None or depth == 0:
        return whole
    value = values.get(name[0])
    rest = inner[name.end() :]
    operator = next((known for known in _OPERATORS if rest.startswith(known)), None)
    if operator is None:
        return whole if value is None or rest else value
    word = rest[len(operator) :]
    there = bool(value) if operator[0] == ":" else value is not None
    match operator[-1]:
        case "-":
            return value or "" if there else interpolate(word, values, depth - 1)
        case "+":
            return interpolate(word, values, depth - 1) if there else ""
    return value or "" if there else whole

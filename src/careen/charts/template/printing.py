"""Prints values as Go does: ``print``, ``printf`` and the output of an action.

**Source:** Go, package fmt, "Printing".
"""

import math
import re
from decimal import Decimal
from typing import Any

from .errors import TemplateError
from .lex import quoted
from .objects import Object

MAX_WIDTH = 10_000
_VERB = re.compile(r"%(?P<flags>[-+# 0]*)(?P<width>\d*|\*)(?:\.(?P<precision>\d*))?(?P<verb>.)", re.DOTALL)
_TYPES = ((bool, "bool"), (int, "int"), (float, "float64"), (str, "string"))


def shown(value: Any, *, inside: bool = False) -> str:
    """A value as ``%v`` shows it. ``inside``: in a map or list."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return number(value)
    if isinstance(value, bytes):
        return "[" + " ".join(map(str, value)) + "]" if inside else value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{shown(value[key], inside=True)}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(shown(item, inside=True) for item in value) + "]"
    if isinstance(value, Object):
        return (
            value.text
            if value.text is not None
            else "{" + " ".join(shown(item, inside=True) for item in value.fields.values()) + "}"
        )
    return str(value)


def number(value: float) -> str:
    """The shortest text of a float, with an exponent below 0.0001 and from a million on."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if math.isnan(value):
        return "NaN"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    power = len(text) - 1 + int(exponent)
    minus = "-" if sign else ""
    if not -4 <= power < 6 and value:
        rest = f".{text[1:]}" if len(text) > 1 else ""
        return f"{minus}{text[0]}{rest}e{'-' if power < 0 else '+'}{abs(power):02d}"
    return minus + repr(abs(value)).removesuffix(".0")


def printed(*values: Any) -> str:
    """The values as ``print`` shows them: a space separates values of which neither is a string."""
    parts: list[str] = []
    for index, value in enumerate(values):
        if index and not isinstance(value, str) and not isinstance(values[index - 1], str):
            parts.append(" ")
        parts.append(shown(value))
    return "".join(parts)


def formatted(format: str, *values: Any) -> str:
    """The values as ``printf`` shows them with a format."""
    left = list(values)
    used = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal used
        verb = match["verb"]
        if verb == "%":
            return "%"
        width: int = 0
        if match["width"] == "*":
            if used < len(left) and isinstance(left[used], int):
                width = left[used]
                used += 1
        elif match["width"]:
            width = int(match["width"][:6])
        precision = int(match["precision"][:6] or 0) if match["precision"] is not None else None
        if width > MAX_WIDTH or (precision or 0) > MAX_WIDTH:
            raise TemplateError("printf: a width is too large")
        if used >= len(left):
            return f"%!{verb}(MISSING)"
        value = left[used]
        used += 1
        text = _one(verb, value, match["flags"], precision)
        if len(text) >= width:
            return text
        if "-" in match["flags"]:
            return text.ljust(width)
        if "0" in match["flags"] and isinstance(value, int | float):
            sign = text[:1] if text[:1] in "+-" else ""
            return sign + text[len(sign) :].rjust(width - len(sign), "0")
        return text.rjust(width)

    text = _VERB.sub(replaced, format)
    if used < len(left):
        text += "%!(EXTRA " + ", ".join(f"{_type(value)}={shown(value)}" for value in left[used:]) + ")"
    return text


def _one(verb: str, value: Any, flags: str, precision: int | None) -> str:
    if verb == "v":
        return shown(value, inside=isinstance(value, bytes))
    if verb == "T":
        return _type(value)
    if verb in "sq" and isinstance(value, str | bytes):
        text = value if isinstance(value, str) else value.decode("utf-8", "replace")
        text = text if precision is None else text[:precision]
        return quoted(text) if verb == "q" else text
    if verb in "sq" and isinstance(value, list):
        return "[" + " ".join(_one(verb, item, flags, precision) for item in value) + "]"
    if verb in "sq" and isinstance(value, dict):
        rows = (f"{_one(verb, key, flags, precision)}:{_one(verb, value[key], flags, precision)}" for key in sorted(value))
        return "map[" + " ".join(rows) + "]"
    if verb in "dxXobcU" and isinstance(value, int) and not isinstance(value, bool):
        return _whole(verb, value, flags)
    if verb in "xX" and isinstance(value, str | bytes):
        data = value.encode() if isinstance(value, str) else value
        return data.hex() if verb == "x" else data.hex().upper()
    if verb == "t" and isinstance(value, bool):
        return shown(value)
    if verb in "feEgG" and isinstance(value, float):
        if verb in "gG" and precision is None:
            return _sign(value, flags) + number(value)
        return f"{value:{'+' if '+' in flags else ''}.{6 if precision is None else precision}{verb}}"
    if value is None:
        return f"%!{verb}(<nil>)"
    return f"%!{verb}({_type(value)}={shown(value)})"


def _whole(verb: str, value: int, flags: str) -> str:
    if verb == "c":
        return chr(value) if 0 <= value < 0x110000 else "\ufffd"
    if verb == "U":
        return f"U+{value:04X}"
    prefix = {"x": "0x", "X": "0X", "o": "0"}.get(verb, "") if "#" in flags else ""
    return f"{'-' if value < 0 else '+' if '+' in flags else ''}{prefix}{abs(value):{verb}}"


def _sign(value: Any, flags: str) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "+" if "+" in flags and is_number and value >= 0 else ""


def _type(value: Any) -> str:
    if isinstance(value, dict):
        return "map[string]interface {}"
    if isinstance(value, list):
        return "[]interface {}"
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "<nil>")

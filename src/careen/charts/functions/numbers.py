"""Functions of numbers: texts that are numbers count as such, others as 0."""

import math
import re
from collections.abc import Callable
from typing import Any

from careen.charts.template import TemplateError

from .arguments import as_text, typed

_WHOLE = 1 << 64
_LITERAL = re.compile(r"([+-]?)(0[xXbBoO]?|)([0-9a-fA-F]{0,30})")


def whole(value: Any) -> int:
    """The value as a whole number of 64 bits, as the template function ``int64`` gives it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return _wrapped(value)
    if isinstance(value, float):
        return _wrapped(int(value)) if math.isfinite(value) and abs(value) < 2**63 else -(2**63)
    match = _LITERAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return 0
    base = {"0x": 16, "0b": 2, "0o": 8}.get(match[2].lower(), 8 if match[2] else 10)
    try:
        return _wrapped(int(match[1] + (match[3] or "0"), base))
    except ValueError:
        return 0


def real(value: Any) -> float:
    """The value as a floating-point number, as the template function ``float64`` gives it; 0 if it is not a number."""
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(value)
    except (ValueError, TypeError):
        return 0.0


def _wrapped(value: int) -> int:
    return (value + 2**63) % _WHOLE - 2**63


def _folded(step: Callable[[int, int], int]) -> Callable[..., int]:
    def called(*values: Any) -> int:
        if not values:
            raise TemplateError("a number is missing")
        total = whole(values[0])
        for value in values[1:]:
            total = _wrapped(step(total, whole(value)))
        return total

    return called


def _folded_real(step: Callable[[float, float], float]) -> Callable[..., float]:
    def called(*values: Any) -> float:
        total = real(values[0])
        for value in values[1:]:
            total = step(total, real(value))
        return total

    return called


def _div(one: int, other: int) -> int:
    if other == 0:
        raise TemplateError("integer divide by zero")
    return abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)


def _mod(one: int, other: int) -> int:
    return one - other * _div(one, other)


def _round(value: Any, digits: Any, *half: Any) -> float:
    limit, factor = (real(half[0]) if half else 0.5), 10.0 ** min(max(whole(digits), -300), 300)
    scaled = real(value) * factor
    part = math.modf(scaled)[0]
    return (math.ceil(scaled) if part >= limit else math.floor(scaled)) / factor


def _octal(value: Any) -> int:
    try:
        return int(as_text(value), 8)
    except ValueError:
        return 0


FUNCTIONS = {
    "add": lambda *values: _folded(lambda left, right: left + right)(0, *values),
    "add1": lambda value: _wrapped(whole(value) + 1),
    "add1f": lambda value: real(value) + 1,
    "addf": lambda *values: _folded_real(lambda left, right: left + right)(0, *values),
    "atoi": typed("s", lambda text: int(text) if text.strip().lstrip("+-").isdigit() and len(text) < 20 else 0),
    "biggest": lambda *values: max(map(whole, values)),
    "ceil": lambda value: float(math.ceil(real(value))),
    "div": lambda left, right: _div(whole(left), whole(right)),
    "divf": _folded_real(lambda left, right: left / right),
    "float64": real,
    "floor": lambda value: float(math.floor(real(value))),
    "int": whole,
    "int64": whole,
    "max": lambda *values: max(map(whole, values)),
    "maxf": lambda *values: max(map(real, values)),
    "min": lambda *values: min(map(whole, values)),
    "minf": lambda *values: min(map(real, values)),
    "mod": lambda left, right: _mod(whole(left), whole(right)),
    "mul": _folded(lambda left, right: left * right),
    "mulf": _folded_real(lambda left, right: left * right),
    "round": _round,
    "sub": lambda left, right: _wrapped(whole(left) - whole(right)),
    "subf": _folded_real(lambda left, right: left - right),
    "toDecimal": _octal,
}

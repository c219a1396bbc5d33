"""Turns what package metadata state about a licence into an SPDX expression.

A part that is not on the SPDX list becomes a ``LicenseRef-…``. Expressions are parsed and normalised by license-expression.
**Source:** SPDX 2.3, annex D (licence expressions).
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from careen.safety.pattern import pattern

from .library import library
from .names import exception_of, id_of

MAX_DECLARED = 2000  # characters; longer ones are texts
MAX_PARTS = 200
REFERENCE = "LicenseRef-"
_SIMPLE = pattern(r"[A-Za-z0-9.-]+")
_OPERATOR = pattern(
    r"(?P<mark>[()])|(?:(?<=[\s)])|^)(?P<word>and|or|with)(?=[\s(])"
    r"(?!\s+(?:any\s+|at\s+your\s+option\s+)?(?:later|newer|above|greater|higher|revised)\b)"
    r"|(?P<sign>&&?|\|\|?|;)|(?<=[\w+.)])\s?(?P<slash>/)\s?(?=[\w(])|(?P<comma>,)\s+(?!v|ver)",
    re.IGNORECASE,
)
_ADDRESS = pattern(r"https?://\S+", re.IGNORECASE)
_NOTHING = frozenset(
    ("", "none", "unknown", "noassertion", "n/a", "na", "tbd", "todo", "undefined", "null", "license", "see license", "other")
)


@lru_cache(maxsize=4096)
def expression_of(declared: str) -> str:
    """The SPDX expression of a declared licence; "" if nothing is declared. It is never invalid."""
    text = " ".join(declared[: MAX_DECLARED + 1].split())
    if text.lower() in _NOTHING or len(text) > MAX_DECLARED:
        return ""
    known = id_of(text)
    if known:
        return known
    if _ADDRESS.fullmatch(text):
        return reference(text)
    parts = _parts(text)
    if parts is None:
        return reference(text)
    return simplified(" ".join(parts)) or reference(text)


def combined(expressions: Iterable[str], operator: str = "AND") -> str:
    """The expressions joined by ``AND``, or by another operator, in normal form; "" if there are none."""
    parts = sorted(set(filter(None, expressions)), key=lambda text: (REFERENCE in text, text.lower(), text))[:MAX_PARTS]
    if len(parts) <= 1:
        return "".join(parts)
    return simplified(f" {operator} ".join(f"({part})" if " " in part else part for part in parts))


@lru_cache(maxsize=4096)
def simplified(expression: str) -> str:
    """The expression in its usual form, without repetitions; "" if it is not an expression."""
    if not expression or expression in _spdx_ids():
        return expression
    tree = parsed(expression)
    # Not simplify(): it would reduce "MIT AND (MIT OR GPL-2.0-only)" to MIT, which drops the other licence.
    return str(_licensing().dedup(tree).render()) if tree is not None else ""


def parsed(expression: str) -> Any:
    """The tree of license-expression; None if it is not an expression."""
    from license_expression import ExpressionError

    licensing = _licensing()
    try:
        return licensing.parse(expression) if expression else None
    except (ExpressionError, AssertionError, AttributeError, LookupError, TypeError, ValueError, RecursionError):
        return None


def ids_in(expression: str) -> tuple[str, ...]:
    """The ids and references in an expression, in order; exceptions are not among them."""
    words = re.split(r"[\s()]+", expression)
    found = [word for at, word in enumerate(words) if word and word not in ("AND", "OR", "WITH") and words[at - 1] != "WITH"]
    return tuple(dict.fromkeys(found))


def is_valid(expression: str) -> bool:
    """Whether all ids and exceptions of the expression are on the SPDX list, or are references."""
    exceptions = re.findall(r"\bWITH ([^\s()]+)", expression)
    ids = ids_in(expression)
    known = all(id in _spdx_ids() or id.startswith(REFERENCE) for id in ids)
    return bool(ids) and known and all(id in _exceptions() for id in exceptions) and bool(simplified(expression))


def reference(name: str) -> str:
    words = re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.")[:60].strip("-.")
    return f"{REFERENCE}{words or 'unnamed'}"


def _parts(text: str) -> list[str] | None:
    """The parts of a text as an SPDX expression; None if it is not one."""
    parts: list[str] = []
    at = 0
    for match in _OPERATOR.finditer(text):
        parts += _operand(text[at : match.start()], parts)
        at = match.end()
        if match["mark"]:
            parts.append(match["mark"])
        elif match["word"]:
            parts.append(match["word"].upper())
        else:
            parts.append("OR" if match["slash"] or (match["sign"] or "").startswith("|") else "AND")
    parts += _operand(text[at:], parts)
    if len(parts) > MAX_PARTS or (at == 0 and parts == [reference(text)]):
        return _list(text)
    return _without_empty(parts)


def _list(text: str) -> list[str] | None:
    """The parts for a list such as ``MIT BSD GPL2+`` in old packages of Alpine, in which all licences apply; None for
    another text.
    """
    ids = [id_of(word) for word in text.split()[:MAX_PARTS]]
    return " AND ".join(f"({id})" for id in ids).split() if len(ids) > 1 and all(ids) else None


def _operand(text: str, before: list[str]) -> list[str]:
    name = text.strip()
    if not name:
        return []
    if before and before[-1] == "WITH":
        found = exception_of(name)
        if found:
            return [found]
        before.pop()  # an unnamed exception permits more, never less
        return []
    found = id_of(name) or (name if name.startswith(REFERENCE) and _SIMPLE.fullmatch(name) else reference(name))
    return [f"({found})"] if " " in found else [found]


def _without_empty(parts: list[str]) -> list[str]:
    """The parts without operators that have lost an operand ("MIT AND") and empty brackets."""
    kept: list[str] = []
    for part in parts:
        if part in ("AND", "OR") and (not kept or kept[-1] in ("(", "AND", "OR")):
            continue
        if part == ")" and kept and kept[-1] in ("AND", "OR"):
            kept.pop()
        kept.append(part)
    while kept and kept[-1] in ("AND", "OR"):
        kept.pop()
    return kept


@cache
def _spdx_ids() -> frozenset[str]:
    return frozenset(entry.id for entry in library().entries if not entry.exception)


@cache
def _exceptions() -> frozenset[str]:
    return frozenset(entry.id for entry in library().entries if entry.exception)


@cache
def _licensing() -> Any:
    from license_expression import LicenseSymbol, Licensing

    return Licensing([LicenseSymbol(entry.id, is_exception=entry.exception) for entry in library().entries])

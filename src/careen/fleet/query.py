"""The query language of ``careen query`` and of the server's lists: a sequence of terms, all of which have to hold.

    package:openssl<3.0.14 runs:true severity:high

A term is ``field:value``, or a word that an image's reference contains. ``-`` before a term negates it. Quotes allow spaces in
a value. ``docs/query.md`` lists the fields. A query has a limited length, and is parsed in one pass.
Raises: UsageError, which states what is allowed there.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from careen.errors import UsageError
from careen.safety.pattern import pattern

MAX_LENGTH = 1000
MAX_TERMS = 20

Kind = Literal["text", "flag", "severity", "number", "package", "moment"]
Operator = Literal["=", "<", "<=", ">", ">="]

SEVERITIES = ("negligible", "low", "medium", "high", "critical")
FIELDS: dict[str, Kind] = {
    "image": "text",
    "reference": "text",
    "distribution": "text",
    "base": "text",
    "coverage": "text",
    "outdated": "flag",
    "secret": "text",
    "package": "package",
    "type": "text",
    "licence": "text",
    "vulnerability": "text",
    "fix": "text",
    "reason": "text",
    "severity": "severity",
    "risk": "number",
    "epss": "number",
    "runs": "flag",
    "exposed": "flag",
    "fixable": "flag",
    "exploited": "flag",
    "overdue": "flag",
    "decided": "flag",
    "disclosed": "moment",
}
VALUES: dict[str, tuple[str, ...]] = {
    "coverage": ("assessed", "partially_assessed", "not_assessed"),
    "fix": ("fixed", "open", "wont_fix", "deferred", "end_of_life", "unknown"),
    "severity": (*SEVERITIES, "unknown"),
    "runs": ("true", "false"),
    "exposed": ("true", "false"),
    "fixable": ("true", "false"),
    "exploited": ("true", "false"),
    "outdated": ("true", "false"),
    "overdue": ("true", "false"),
    "decided": ("true", "false"),
}
ANY = frozenset(("secret",))  # fields for which ``*`` alone means that any value is present
_TERM = pattern(r'\s*(-?)(?:([a-z]{1,20}):)?("(?:[^"\\]|\\.){0,500}"|[^\s"]{1,500})(?=\s|$)')
_ESCAPED = re.compile(r"\\(.)")
_COMPARED = pattern(r"(?P<name>[^<>=]*)(?P<operator><=|>=|<|>|=)(?P<value>[^<>=]+)")
_NUMBER = pattern(r"\d{1,9}(?:\.\d{1,9})?")
_DAY = pattern(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


class Term(Struct, frozen=True):
    """A term of a query. The ``value`` of a package is its name, which may end in ``*``. ``operator`` and ``bound``
    limit its version, or a number.
    """

    field: str
    value: str
    operator: Operator = "="
    bound: str = ""
    negated: bool = False


def parsed(text: str) -> tuple[Term, ...]:
    if len(text) > MAX_LENGTH:
        raise UsageError(f"the query is longer than {MAX_LENGTH} characters", "leave terms out")
    terms: list[Term] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _TERM.match(text, place)
        if found is None:
            raise UsageError(f"{text[place : place + 40]!r} is not a term", 'field:value, or field:"a value with spaces"')
        terms.append(_term(found[2] or "", _plain(found[3]), bool(found[1])))
        place = found.end()
    if len(terms) > MAX_TERMS:
        raise UsageError(f"the query has more than {MAX_TERMS} terms", "leave terms out")
    return tuple(terms)


def written(terms: tuple[Term, ...]) -> str:
    """The text of a query. Parsing it gives the same terms."""
    return " ".join(map(_written, terms))


def completions(text: str, known: Mapping[str, Sequence[str]] = VALUES) -> tuple[str, ...]:
    """Completions for the end of the text: field names, or the values of the field at the end."""
    last = last_word(text)
    field, colon, begun = last.partition(":")
    if colon:
        return tuple(value for value in known.get(field, ()) if value.startswith(begun))
    return tuple(f"{name}:" for name in FIELDS if name.startswith(field))


def last_word(text: str) -> str:
    """The last, unfinished word of a query, without its ``-``."""
    return text.rpartition(" ")[2].removeprefix("-")


def _plain(value: str) -> str:
    return _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') and len(value) > 1 else value


def _term(field: str, value: str, negated: bool) -> Term:
    if not field and value.endswith(":"):
        raise UsageError(f"{value} has no value", f"fields: {', '.join(FIELDS)}")
    field = field or "reference"
    kind = FIELDS.get(field)
    if kind is None:
        raise UsageError(f"{field!r} is not a field of a query", f"fields: {', '.join(FIELDS)}")
    if kind == "package":
        compared = _COMPARED.fullmatch(value)
        if compared:
            return Term(field, compared["name"], _operator(compared["operator"]), compared["value"], negated)
        name, at, version = value.rpartition("@")
        if any(sign in value for sign in "<>="):
            raise UsageError(f"{value!r} is not a package", "package:NAME, package:NAME<3.0.14")
        if name and not version:
            raise UsageError(f"{value!r} has no version", "package:NAME, package:NAME@3.0.14")
        return Term(field, name, "=", version, negated) if at and name else Term(field, value, negated=negated)
    if kind in ("number", "moment", "severity"):
        return _compared(field, kind, value, negated)
    if kind == "flag" and value not in VALUES[field]:
        raise UsageError(f"{field}:{value} is neither true nor false", f"{field}:true")
    if field in VALUES and value not in VALUES[field]:
        raise UsageError(f"{value!r} is not a value of {field}", f"values: {', '.join(VALUES[field])}")
    if not value.rstrip("*") and not (value and field in ANY):
        raise UsageError(f"{field} has no value", f"{field}:word, or the beginning of one with a star: {field}:word*")
    return Term(field, value, negated=negated)


def _compared(field: str, kind: Kind, value: str, negated: bool) -> Term:
    compared = _COMPARED.fullmatch(value)
    operator, bound = (compared["operator"], compared["value"]) if compared and not compared["name"] else ("", value)
    if kind == "severity":
        if bound not in VALUES["severity"] or (operator and bound == "unknown"):
            raise UsageError(f"{bound!r} is not a severity", f"severities: {', '.join(VALUES['severity'])}")
        return Term(field, bound, _operator(operator or "="), bound, negated)
    wanted, example = (_NUMBER, "risk:>=40") if kind == "number" else (_DAY, "disclosed:>=2026-05-01")
    if not wanted.fullmatch(bound):
        raise UsageError(f"{bound!r} is not a value of {field}", example)
    return Term(field, bound, _operator(operator or (">=" if kind == "number" else "=")), bound, negated)


def _operator(text: str) -> Operator:
    operators: dict[str, Operator] = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
    return operators[text]


def _written(term: Term) -> str:
    kind = FIELDS[term.field]
    if kind == "package":
        value = f"{term.value}{term.operator}{term.bound}" if term.bound else term.value
    else:
        value = f"{term.operator}{term.bound}" if term.bound else term.value
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{'-' if term.negated else ''}{term.field}:{quoted}"

"""Whether a version lies in a constraint text, for any version scheme; and whether an advisory with such texts applies.

Dialects: ``native`` is the ecosystem's own language, if the scheme has one; ``go-version`` is that of scanners
written in Go (the native terms, white space or commas for "and", ``||`` for "or", a bare version means ``=``);
``grype`` compares by order alone (comma for "and", ``||`` for "or", quotes dropped); ``vers`` is the purl project's
range specifier.
Raises: ValueError for a version or constraint that does not parse.
**Source:** VERS specification, "Checking if a version is contained within a range"; grype, version constraints.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal
from urllib.parse import unquote

from careen.formats.version_text.text import COMPARE, bounded
from careen.plugins import VersionScheme

Dialect = Literal["native", "go-version", "grype", "vers"]

_COMPARISON = re.compile(r"(?P<operator>==|!=|>=|<=|=|>|<)? ?(?P<version>[^ ]+) ?")
_OPERATOR_SPACE = re.compile(r"(?<=[<>=~^])\s+")
_BOUND = re.compile(r"(?P<operator>!=|<=|>=|<|>|=|)(?P<version>[^<>=!|*,\s]+)")
_EPOCH = re.compile(r"[0-9]+:")


def in_range(scheme: VersionScheme, version: str, constraint: str, dialect: Dialect = "native", **options: Any) -> bool:
    """Whether the version meets the constraint. ``options`` are passed to the scheme's own ``satisfies``."""
    bounded(constraint)
    if dialect == "vers":
        return _in_vers(scheme, version, constraint)
    if dialect == "grype" or scheme.satisfies is None:
        return _in_order(scheme, version, constraint)
    if dialect == "go-version":
        constraint = " || ".join(map(_native, constraint.split("||")))
    return scheme.satisfies(version, constraint, **options)


def applies(
    scheme: VersionScheme,
    version: str,
    vulnerable: Sequence[str],
    patched: Sequence[str] = (),
    unaffected: Sequence[str] = (),
    **options: Any,
) -> bool:
    """Whether an advisory with these constraints applies to the version: the version is in a vulnerable range, if there are
    any, and in no patched or unaffected range. An advisory without any constraint does not apply.

    An empty text in ``vulnerable`` or ``patched`` means that the range is unknown, so the advisory applies.
    """
    if "" in (*vulnerable, *patched):
        return True
    listed = in_range(scheme, version, " || ".join(vulnerable), "go-version", **options) if vulnerable else False
    if vulnerable and not listed:
        return False
    safe = (*patched, *unaffected)
    return not in_range(scheme, version, " || ".join(safe), "go-version", **options) if safe else listed


def _native(alternative: str) -> str:
    """One alternative of the ``go-version`` dialect in the native language: bare versions get a ``=``."""
    alternative = alternative.strip()
    if alternative[:1] in ("[", "("):  # an interval
        return alternative
    words = _OPERATOR_SPACE.sub("", alternative).replace(",", " ").split()
    if "-" in words:  # a hyphen range
        return " ".join(words)
    return " ".join(f"={word}" if word[0].isalnum() or word[0] == "*" else word for word in words)


def _in_order(scheme: VersionScheme, version: str, constraint: str) -> bool:
    place = scheme.key(version)
    parsed = [_terms(part) for part in constraint.split("||")]
    held = [
        [_compares(scheme, version, place, *term) for term in part] for part in parsed
    ]  # a list, so that each term is parsed and a malformed one always raises
    return any(map(all, held))


def _terms(alternative: str) -> list[tuple[str, str]]:
    found = []
    for part in alternative.split(","):
        text, at = " ".join(part.replace("'", " ").replace('"', " ").split()), 0
        while match := _COMPARISON.match(text, at):
            found.append((match["operator"] or "=", match["version"]))
            at = match.end()
    if not found:
        raise ValueError("empty version constraint")
    return found


def _compares(scheme: VersionScheme, version: str, place: Any, operator: str, bound: str) -> bool:
    """Compares two versions. If a feed omits the epoch of an rpm, or the local part of a Python version, it means any of
    them. So an epoch that only one of the two has is ignored, and so is the version's local part if the bound has none.
    """
    if scheme.name == "rpm" and (_EPOCH.match(version) is None) is not (_EPOCH.match(bound) is None):
        return COMPARE[operator](scheme.key(_EPOCH.sub("", version, count=1)), scheme.key(_EPOCH.sub("", bound, count=1)))
    if scheme.name == "pep440" and "+" in version and "+" not in bound:
        place = scheme.key(version.partition("+")[0])
    return COMPARE[operator](place, scheme.key(bound))


def _in_vers(scheme: VersionScheme, version: str, text: str) -> bool:
    kind, _, listed = text.strip().partition("/")
    if not kind.startswith("vers:") or not listed:
        raise ValueError(f"not a VERS range: {text[:80]!r}")
    if listed == "*":
        return True
    place = scheme.key(version)
    bounds = []
    for part in listed.split("|"):
        match = _BOUND.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"not a VERS constraint: {part[:80]!r}")
        bounds.append((scheme.key(unquote(match["version"])), match["operator"] or "="))
    bounds.sort()
    if any(bound == place and operator in ("=", "<=", ">=") for bound, operator in bounds):
        return True
    if any(bound == place and operator == "!=" for bound, operator in bounds):
        return False
    steps = [(bound, operator[0]) for bound, operator in bounds if operator not in ("=", "!=")]
    if not steps:
        return all(operator == "!=" for _, operator in bounds)
    if (steps[0][1] == "<" and place < steps[0][0]) or (steps[-1][1] == ">" and place > steps[-1][0]):
        return True
    return any(lower == ">" and upper == "<" and low < place < high for (low, lower), (high, upper) in pairwise(steps))

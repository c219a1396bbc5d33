"""Whether a version lies in a constraint text, over any version scheme; and whether an advisory of such texts applies.

Dialects: ``native`` is the ecosystem's own language, where the scheme has one; ``go-version`` is that of scanners
written in Go (the native terms, white space or commas for "and", ``||`` for "or", a bare version means ``=``);
``grype`` compares by order alone (comma for "and", ``||`` for "or", quotes dropped); ``vers`` is the purl project's
range specifier.
Raises: ValueError for a version or constraint that does not parse.
**Source:** VERS specification, "Checking if a version is contained within a range"; grype, version constraints.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal
from urllib.parse import unquote

from careen.formats.version_text import COMPARE, bounded
from careen.plugins import VersionScheme

Dialect = Literal["native", "go-version", "grype", "vers"]

_COMPARISON = re.compile(r"\s*(?P<operator>==|!=|>=|<=|=|>|<)?\s*(?P<version>\S+)\s*")
_BARE = re.compile(r"(?:^|(?<=[\s,]))(?<![<>=!~^]\s)(?=[0-9A-Za-z*])")
_EPOCH = re.compile(r"[0-9]+:")


def in_range(scheme: VersionScheme, version: str, constraint: str, dialect: Dialect = "native", **options: Any) -> bool:
    """``options`` go to the scheme's own ``satisfies``."""
    bounded(constraint)
    if dialect == "vers":
        return _in_vers(scheme, version, constraint)
    if dialect == "grype" or scheme.satisfies is None:
        return _in_order(scheme, version, constraint)
    if dialect == "go-version":
        constraint = " || ".join(map(_native, constraint.split("||")))
    return scheme.satisfies(version, constraint, **options)

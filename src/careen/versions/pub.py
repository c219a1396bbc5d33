"""Dart and Flutter package versions: semantic versions whose build metadata counts in the order.

A version with metadata sorts above the same without.
Raises: ValueError for other text.
**Source:** Dart, package pub_semver, README "Semantics".
"""

from typing import Any

from careen.formats.version_text.semantic import identifiers, key_of, parse_semantic
from careen.plugins import VersionScheme


def key(text: str) -> tuple[Any, ...]:
    numbers, pre, build = parse_semantic(text)
    return (key_of(numbers, pre), identifiers(build) if build else ())


VERSION_SCHEME = VersionScheme(name="pub", key=key)

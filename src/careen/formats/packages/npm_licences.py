"""The licences that npm's metadata state, as written: of ``package.json``, and of each package in a lock file.

**Source:** npm, package.json, ``license``; package-lock.json, ``packages``.
"""

from collections.abc import Iterator
from typing import Any

MAX_NAME = 200


def npm_licences(license: Any, licenses: Any = None) -> Iterator[str]:
    """The licences that a manifest states. ``license`` is an expression; older manifests have an object with
    ``type``, or a list ``licenses`` of these."""
    for value in (license, *(licenses if isinstance(licenses, list) else [licenses])):
        named = value.get("type") if isinstance(value, dict) else value
        if isinstance(named, str) and named:
            yield named[:MAX_NAME]

"""The forms in which npm, Yarn, pnpm, Bun and Deno write a package and its version, split into both.

``split_spec`` cuts ``@scope/name@1.0`` at the ``@`` after the name. ``registry_name`` is the name in a package's address
in a registry ("" for any other address). ``exact`` gives a version without the peers that tools append to it,
and "" for an address, a path or a range.
**Source:** npm, package-lock.json ("resolved"); registries serve packages below ``/<name>/-/``.
"""

import re
from urllib.parse import unquote

from careen.safety.pattern import pattern

_EXACT = pattern(r"[0-9][0-9A-Za-z.+-]{0,255}")
_ADDRESS = pattern(r"https?://[^/]+/(?:[^@?#]{0,200}?/)??((?:@|%40)[^/?#]{1,100}(?:/|%2[fF])[^/?#]{1,214}|[^/?#@]{1,214})/-/")


def split_spec(spec: str) -> tuple[str, str]:
    name, _, version = spec[1:].partition("@")
    return spec[:1] + name, version


def registry_name(address: str) -> str:
    found = _ADDRESS.match(address[:2000])
    return unquote(found[1]) if found else ""


def exact(version: str) -> str:
    """``5.3.2_acorn@8.8.0`` and ``5.3.2(acorn@8.8.0)`` are 5.3.2 with its peers."""
    version = re.split(r"[_(]", version, maxsplit=1)[0].removeprefix("v").removeprefix("=")
    return version if _EXACT.fullmatch(version) else ""

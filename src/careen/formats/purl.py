"""The parts of a package URL, decoded and in the spelling that its type compares by.

Shape: ``pkg:type/namespace/name@version?key=value&…#subpath``; a part that is not there is None.
Raises: ValueError for what is no package URL.
**Source:** purl-spec, PURL-SPECIFICATION.rst ("How to parse a purl string") and PURL-TYPES.rst.
"""

import re
from urllib.parse import unquote

from msgspec import Struct

MAX_CHARACTERS = 4096
_TYPE = re.compile(r"[a-z][a-z0-9.-]*")
_KEY = re.compile(r"[a-z][a-z0-9._-]*")
# Types that compare names, or namespaces, without regard to case.
_LOWER_NAME = frozenset(
    ("apk", "bitbucket", "brew", "composer", "deb", "github", "gitlab", "golang", "hex", "luarocks", "oci", "pypi")
)
_LOWER_SPACE = frozenset(
    ("alpm", "apk", "bitbucket", "brew", "composer", "deb", "github", "gitlab", "golang", "hex", "rpm", "luarocks")
)


class Purl(Struct, frozen=True):
    type: str
    namespace: str | None
    name: str
    version: str | None = None
    qualifiers: dict[str, str] = {}
    subpath: str | None = None

    @property
    def package(self) -> tuple[str, str, str]:
        """Names the package whatever its version."""
        return self.type, self.namespace or "", self.name


def parse(text: str) -> Purl:
    if len(text) > MAX_CHARACTERS or text[:4].lower() != "pkg:":
        raise ValueError(f"no package URL: {text[:80]!r}")
    rest, _, subpath = text[4:].partition("#")
    rest, _, query = rest.partition("?")
    type, slash, path = rest.strip("/").partition("/")
    type = type.lower()
    if not slash or not _TYPE.fullmatch(type):
        raise ValueError(f"a package URL without type or name: {text[:80]!r}")
    # An @ before the last / belongs to a scope that somebody left unescaped.
    space, _, last = path.rpartition("/")
    name, _, version = last.partition("@") if last[:1] != "@" else (last, "", "")
    name = unquote(name)
    namespace = "/".join(unquote(part) for part in space.split("/") if part)
    if not name.strip():
        raise ValueError(f"a package URL without name: {text[:80]!r}")
    return Purl(
        type,
        (namespace.lower() if type in _LOWER_SPACE else namespace) or None,
        _name(type, name),
        unquote(version) or None,
        _qualifiers(query, text),
        "/".join(unquote(part) for part in subpath.split("/") if part not in ("", ".", "..")) or None,
    )


def _name(type: str, name: str) -> str:
    if type in _LOWER_NAME:
        name = name.lower()
    return name.replace("_", "-") if type == "pypi" else name


def _qualifiers(query: str, text: str) -> dict[str, str]:
    found = {}
    for pair in filter(None, query.split("&")):
        key, _, value = pair.partition("=")
        if not _KEY.fullmatch(key.lower()):
            raise ValueError(f"a package URL with a qualifier that has no name: {text[:80]!r}")
        if value:
            found[key.lower()] = unquote(value)
    return found

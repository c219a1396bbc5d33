"""Zig: the dependencies of ``build.zig.zon``, each pinned by the hash of its archive or repository.

Shape: Zig's object notation, ``.dependencies = .{ .clap = .{ .url = "https://…/0.9.1.tar.gz", .hash = "…" } }``. The version is
the release or commit in the address; a dependency of a folder (``path``) has none.
**Source:** Zig, ``doc/build.zig.zon.md``.
"""

import re
from collections.abc import Iterator

from careen.formats.packages.declared import declared, within_package
from careen.formats.packages.package_file_name import read_address
from careen.formats.packages.release_tag import version_of_tag
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_NAMED = pattern(r'\.(?:@"([^"\s]{1,100})"|([A-Za-z_]\w{0,100}))\s*=\s*\.\{([^{}]{0,4000})\}')
_URL = pattern(r'\.url\s*=\s*"([^"\s]{1,2000})"')
_PATH = pattern(r'\.path\s*=\s*"')
_COMMENT = pattern(r"^\s*//.*$", re.MULTILINE)


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    _, found, rest = _COMMENT.sub("", file.data.decode("utf-8", "replace")).partition(".dependencies")
    entries = _NAMED.findall(rest) if found else []
    yield from declared(
        "zig", "zig", ((quoted or plain, _version(body)) for quoted, plain, body in entries if _is_source(body))
    )


def _is_source(body: str) -> bool:
    return _URL.search(body) is not None or _PATH.search(body) is not None


def _version(body: str) -> str:
    found = _URL.search(body)
    if found is None:
        return ""
    address, _, commit = found[1].removeprefix("git+").partition("#")
    named = read_address(address)
    return commit or (version_of_tag(named.version) or named.version if named is not None else "")


CATALOGER = Cataloger(
    name="zig",
    ecosystem=Ecosystem(purl_type="zig", scheme="semver"),
    readers=(Reader(Wants(names=("build.zig.zon",)), read),),
    limits="Dependencies of the dependencies, whose own files are elsewhere.",
)

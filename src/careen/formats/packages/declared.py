"""Packages that a lock file or manifest names, which is no proof that they are installed.

``declared`` yields each pair of name and version once, in order. An impossible name (not text, empty, with blanks or control
characters, too long) is left out; an impossible version becomes "", which means unresolved.
``within_package``: whether a file is inside an installed package (of npm, also in Debian's folders, of RubyGems or Python),
or inside a copy of its sources (``vendor``, as Go, Composer and Cargo have it, and the caches of Go and Cargo): lock files
and manifests there belong to the package's authors, and installed nothing here.
"""

from collections.abc import Iterable, Iterator

from careen.model.package import Package
from careen.safety.pattern import pattern

_NAME = pattern(r"[^\s\x00-\x1f\x7f]{1,300}")
_WITHIN = pattern(
    r"(?:^|/)(?:node_modules|usr/(?:share|lib)/nodejs|site-packages|dist-packages|gems/[^/]+-[0-9][^/]*|vendor/[^/]+|"
    r"\.?cargo/(?:registry/(?:src/)?|git/checkouts/)[^/]+/[^/]+|pkg/mod/(?:[^/]+/){0,10}[^/@]+@v[^/]+)/"
)
_VERSION = pattern(r"[^\s\x00-\x1f\x7f]{1,256}")


def declared(cataloger: str, purl_type: str, found: Iterable[tuple[object, object]]) -> Iterator[Package]:
    seen: set[tuple[str, str]] = set()
    for name, version in found:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            continue
        if not isinstance(version, str) or not _VERSION.fullmatch(version):
            version = ""
        if (name, version) in seen:
            continue
        seen.add((name, version))
        yield Package(type=purl_type, namespace=None, name=name, version=version, cataloger=cataloger, presence="declared")


def within_package(path: str) -> bool:
    return _WITHIN.search(path) is not None

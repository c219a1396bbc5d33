"""The package whose source a folder of a build tool's cache contains: a module of Go, a crate of Cargo.

The licence that lies there is that of the same version in a program of the image.
**Source:** Go Modules Reference, "Module cache"; The Cargo Book, "Cargo Home" (``registry/src``).
"""

from careen.model.package import Package
from careen.safety.pattern import pattern

_MODULE = pattern(r"(?:.*/)?pkg/mod/((?!cache/)[^@]{1,500})@([^/@]{1,200})")
_CRATE = pattern(r"(?:.*/)?registry/src/[^/]{1,200}/([^/]{1,300})")
_CAPITAL = pattern(r"!([a-z])")


def cached_in(folder: str) -> str:
    """The package as ``key_of`` names it; "" for any other folder."""
    if module := _MODULE.fullmatch(folder):
        name, version = (_CAPITAL.sub(lambda letter: letter[1].upper(), part) for part in module.groups())
        return f"golang/{name}@{version}"
    if crate := _CRATE.fullmatch(folder):
        return f"cargo/{crate[1]}"
    return ""


def key_of(package: Package) -> str:
    return f"{package.type}/{package.name}{'-' if package.type == 'cargo' else '@'}{package.version}"

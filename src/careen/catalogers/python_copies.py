"""Copies of Python packages that another package carries (``pip/_vendor``, ``setuptools/_vendor``), which have no metadata.

The carrier's list states their versions (``pip/_vendor/vendor.txt``: requirements with exact versions), else each copy itself
does, by a line ``__version__ = "1.2"``. A package of the list counts if its module is there: makers of distributions remove
copies and keep the list, and pip carries a part of setuptools that is another module. Folders in which copies have metadata
(newer setuptools) are left to the reader of Python packages.
Raises: nothing; a file without a version states only that the module is there.
**Source:** PEP 8, module level dunder names; the tool ``vendoring``.
"""

import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct

from careen.formats.packages.installers import OF_INSTALLERS, is_of_installer
from careen.formats.packages.python_requirement import pinned
from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

CONFIDENCE = 0.8  # the carrier may have patched its copy
MAX_LISTED = 1000
_LISTS = ("vendor.txt", "vendored.txt", "patched.txt")
_FOLDER = r"(?:.*/)?(?:_vendor|_vendored|vendor|vendored|patched|(?:site|dist)-packages/requests/packages)"
_COPY = pattern(
    rf"({_FOLDER})/([A-Za-z]\w{{0,100}}?)(?:/__init__|/__about__|/_version|/__version__|/version|/package_data)?\.py"
)
_METADATA = pattern(rf"({_FOLDER})/[^/]+\.dist-info/METADATA")
_LIST = pattern(rf"{_FOLDER}/[a-z]+\.txt")
_ONLY_COPIES = ("_vendor", "_vendored", "packages")  # folders whose modules count without a list
_VERSION = pattern(r"""(?m)^__version__(?: ?: ?str)? ?= ?(["'])([0-9][\w.!+-]{0,60})\1""")
# Modules that have another name than their package.
_MODULES = {
    "attrs": "attr",
    "beautifulsoup4": "bs4",
    "pyjwt": "jwt",
    "pyopenssl": "openssl",
    "python_dateutil": "dateutil",
    "python_dotenv": "dotenv",
    "pyyaml": "yaml",
}
_PACKAGES = {module: name.replace("_", "-") for name, module in _MODULES.items()}


class Listed(Struct, frozen=True, tag="listed"):
    packages: tuple[tuple[str, str], ...]


class Copy(Struct, frozen=True, tag="copy", omit_defaults=True):
    folder: str
    module: str
    version: str = ""


class Described(Struct, frozen=True, tag="described"):
    """A folder in which copies have metadata."""

    folder: str


def read_list(file: File) -> Iterator[Listed]:
    if _LIST.fullmatch(file.path):
        lines = file.data.decode("utf-8", "replace").splitlines()
        if packages := tuple(pinned(lines))[:MAX_LISTED]:
            yield Listed(packages)


def read_copy(file: File) -> Iterator[Copy]:
    if found := _COPY.fullmatch(file.path):
        stated = _VERSION.search(file.data.decode("utf-8", "replace"))
        yield Copy(found[1], found[2], stated[2] if stated else "")


def read_metadata(file: File) -> Iterator[Described]:
    if found := _METADATA.fullmatch(file.path):
        yield Described(found[1])


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    copies: dict[str, dict[str, list[Fact]]] = {}
    described = {fact.value.folder for fact in facts if isinstance(fact.value, Described)}
    for fact in facts:
        if isinstance(fact.value, Copy) and fact.value.folder not in described:
            copies.setdefault(fact.value.folder, {}).setdefault(fact.value.module.lower(), []).append(fact)
    for fact in facts:
        if isinstance(fact.value, Listed):
            modules = copies.get(posixpath.dirname(fact.path), {})
            for name, version in fact.value.packages:
                if found := modules.pop(_module(name), None):
                    yield _package(name, version, (fact, found[0]))
    for folder, modules in copies.items():
        if posixpath.basename(folder) in _ONLY_COPIES:
            for module, found in modules.items():
                if stated := next((fact for fact in found if fact.value.version), None):
                    yield _package(_PACKAGES.get(module, module.replace("_", "-")), stated.value.version, (stated,))


def _package(name: str, version: str, places: Sequence[Fact]) -> Package:
    evidence = tuple(Evidence(fact.path, fact.layer) for fact in places)
    confidence = OF_INSTALLERS if is_of_installer(evidence[0].path) else CONFIDENCE
    return Package("pypi", None, name, version, cataloger=CATALOGER.name, confidence=confidence, evidence=evidence)


def _module(name: str) -> str:
    plain = name.lower().replace("-", "_").replace(".", "_")
    return _MODULES.get(plain, plain)


def _is_of_copy(path: str, mode: int) -> bool:
    return ("/_vendor" in path or "/vendor" in path or "/patched/" in path or "/requests/packages/" in path) and bool(
        _COPY.fullmatch(path)
    )


CATALOGER = Cataloger(
    name="python_copies",
    ecosystem=Ecosystem(purl_type="pypi", scheme="pep440", namespace="PyPI", names_insensitive=True),
    readers=(
        Reader(Wants(names=_LISTS), read_list),
        Reader(Wants(select=_is_of_copy, suffixes=(".py",), amount="head"), read_copy),
        Reader(Wants(suffixes=("dist-info/METADATA",), amount="head"), read_metadata),
    ),
    fact=Listed | Copy | Described,
    join=join,
    limits="Copies that state no version, and those in a wheel that is kept for new environments.",
)

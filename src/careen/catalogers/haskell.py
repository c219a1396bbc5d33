"""Haskell: packages in a database of GHC's, and packages that files of Stack and Cabal pin.

``stack.yaml.lock`` and ``extra-deps`` of ``stack.yaml`` name ``package-version@sha256:…``; ``cabal.project.freeze`` has
constraints, of which ``any.name ==version`` pins one. Neither lists the packages of a Stackage snapshot.
A package is installed if it has a file in a package database: ``package.conf.d`` of GHC, ``package.db`` of Cabal's store,
``pkgdb`` of Stack. The file has ``name``, ``version``, and ``package-name`` if it is one of several libraries of a package.
Raises: ValueError if a file is not YAML, and for a record without name or version.
**Source:** GHC User's Guide, "InstalledPackageInfo: a package specification"; Stack, "Lock files"; Cabal User
Guide, "cabal freeze".
"""

import re
from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import mapping, sequence, text
from careen.formats.data.yaml_file import yaml_document
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_FROZEN = pattern(
    r"(?<![A-Za-z0-9-])(?:any\.)?([A-Za-z0-9][A-Za-z0-9-]{0,200})\s*==\s*(\d[\d.]{0,100})(?=\s*,|\s*$)", re.MULTILINE
)
_FIELD = pattern(r"^(name|package-name|version|license):[ \t]*(\S{1,300})[ \t]*$", re.MULTILINE)
_NAMED = pattern(r"([A-Za-z0-9][A-Za-z0-9-]{0,200})-(\d[\d.]{0,100})")


def read_installed(file: File) -> Iterator[Package]:
    fields: dict[str, str] = {}
    for key, value in _FIELD.findall(file.data.decode("utf-8", "replace")):
        fields.setdefault(key, value)
    name, version = fields.get("package-name") or fields.get("name", ""), fields.get("version", "")
    if not _NAMED.fullmatch(f"{name}-{version}"):
        raise ValueError("not a record of a Haskell package: it has no plausible name or version")
    licenses = (fields["license"],) if "license" in fields else ()
    yield Package("hackage", None, name, version, licenses=licenses, cataloger="haskell")


def read_stack_lock(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    packages = sequence(mapping(yaml_document(file.data)).get("packages"))
    return declared("haskell", "hackage", (_locked(mapping(mapping(entry).get("completed"))) for entry in packages))


def read_stack(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    wanted = sequence(mapping(yaml_document(file.data)).get("extra-deps"))
    return declared("haskell", "hackage", (_named(text(entry)) for entry in wanted))


def read_freeze(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    return declared("haskell", "hackage", _FROZEN.findall(file.data.decode("utf-8", "replace")))


def _locked(entry: dict[str, Any]) -> tuple[object, object]:
    if "hackage" in entry:
        return _named(text(entry["hackage"]))
    return entry.get("name"), entry.get("version")  # from a repository


def _named(reference: str) -> tuple[str | None, str]:
    found = _NAMED.fullmatch(reference.partition("@")[0])
    return (found[1], found[2]) if found else (None, "")


CATALOGER = Cataloger(
    name="haskell",
    ecosystem=Ecosystem(purl_type="hackage", scheme="hackage", namespace="Hackage"),
    readers=(
        Reader(Wants(folders=("package.conf.d/*.conf", "package.db/*.conf", "pkgdb/*.conf")), read_installed),
        Reader(Wants(names=("stack.yaml.lock",)), read_stack_lock),
        Reader(Wants(names=("stack.yaml",)), read_stack),
        Reader(Wants(names=("cabal.project.freeze",)), read_freeze),
    ),
    limits="Packages of a Stackage snapshot, and libraries linked into a program.",
)

"""Conda packages: installed ones in ``conda-meta/*.json``, declared ones in ``environment.yml``.

Each file in ``conda-meta`` describes one package of the environment around it and lists its files. An environment file gives
an exact version or ""; a range or pattern counts as "". Entries below ``pip`` are Python packages.
Raises: ValueError for a record without a name, and if a file is not JSON or YAML.
**Source:** conda, environment prefix; package match specifications; environment.yml.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.data.yaml_file import yaml_document
from careen.formats.packages.declared import declared
from careen.formats.packages.python_requirement import distinct, requirement
from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants
from careen.safety.pattern import pattern

SPECIFICATION = pattern(
    r"\s*(?:[^\s:=]{1,200}::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]{0,200})\s*"
    r"(?:(?:={1,2}|(?<=\s))\s*(?P<version>[0-9A-Za-z][0-9A-Za-z.!+_-]{0,100})(?:[\s=].*)?|[\s=<>!~|*\[].*)?"
)
FUZZY = pattern(r"\s*=[0-9]+(?:\.[0-9]+)?\s*$")
A_PREFIX = 0.4  # confidence: python=3.9 may be any 3.9
NAME = pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,200}")
VERSION = pattern(r"[^\s\x00-\x1f\x7f]{1,256}")


class Record(Struct, frozen=True, tag="record"):
    name: str
    version: str
    license: str
    files: tuple[str, ...]  # relative to the environment's folder


class Named(Struct, frozen=True, tag="named"):
    package: Package


def read_record(file: File) -> Iterator[Record]:
    found = json_object(file.data)
    name, version = text(found.get("name")), text(found.get("version"))
    if not NAME.fullmatch(name) or (version and not VERSION.fullmatch(version)):
        raise ValueError("not a record of a conda package: it has no plausible name or version")
    files = (text(path) for path in sequence(found.get("files")))
    yield Record(name, version, text(found.get("license"))[:200], tuple(path for path in files if path and path[0] != "/"))


def read_environment(file: File) -> Iterator[Named]:
    items = sequence(mapping(yaml_document(file.data)).get("dependencies"))
    wanted = [found for item in items if (found := _specified(text(item)))]
    prefixes = {(name, version) for name, version, is_prefix in wanted if is_prefix}
    for package in declared(CATALOGER.name, "conda", ((name, version) for name, version, _ in wanted)):
        guessed = (package.name, package.version) in prefixes
        yield Named(replace(package, confidence=A_PREFIX) if guessed else package)
    for package in declared(CATALOGER.name, "pypi", distinct(pair for line in _pip(items) if (pair := requirement(line)))):
        yield Named(package)


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    for fact in facts:
        evidence = (Evidence(fact.path, fact.layer),)
        if isinstance(found := fact.value, Named):
            yield replace(found.package, evidence=evidence)
        else:
            yield Package(
                type="conda",
                namespace=None,
                name=found.name,
                version=found.version,
                licenses=(found.license,) if found.license else (),
                cataloger=CATALOGER.name,
                evidence=evidence,
            )


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    for fact in facts:
        if isinstance(found := fact.value, Record):
            prefix = fact.path.rpartition("conda-meta/")[0]
            yield Owned(found.name, found.version, None, tuple(prefix + path for path in found.files))


def _specified(item: str) -> tuple[str, str, bool] | None:
    """Name, version, and whether the version stands for all that begin with it: three parts count as exact."""
    found = SPECIFICATION.fullmatch(item) if len(item) <= 1000 else None
    if found is None:
        return None
    return found["name"], found["version"] or "", FUZZY.match(item, found.end("name")) is not None


def _pip(items: Sequence[Any]) -> Iterator[str]:
    for item in items:
        yield from (text(line) for line in sequence(mapping(item).get("pip")))


CATALOGER = Cataloger(
    name="conda",
    ecosystem=Ecosystem(purl_type="conda", scheme="generic"),
    readers=(
        Reader(Wants(folders=("conda-meta/*.json",)), read_record),
        Reader(Wants(names=("environment.yml", "environment.yaml")), read_environment),
    ),
    fact=Record | Named,
    join=join,
    owns=owns,
    limits=(
        "Advisories: no source has Conda packages. Those that the map of software names are assessed by upstream versions; "
        "Python packages are found by their own metadata."
    ),
)

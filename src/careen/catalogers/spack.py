"""Packages that Spack installed: ``.spack/spec.json`` in the folder of each.

Shape: ``spec`` has ``nodes``, of which the first is the package itself and the others are what it was built with; before
format 2 ``spec`` is a list of objects with the name as their only key.
Raises: ValueError for a file without a package.  **Source:** Spack, lib/spack/spack/spec.py (to_dict).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_NAME = pattern(r"[a-z0-9][a-z0-9-]{0,100}")
_VERSION = pattern(r"[0-9A-Za-z][0-9A-Za-z.+_=-]{0,100}")


def read(file: File) -> Iterator[Package]:
    name, version = _own(json_object(file.data).get("spec"))
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        raise ValueError("not a record of an installed package: it has no plausible name or version")
    yield Package("spack", None, name, version, cataloger=CATALOGER.name)


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The folders of installed packages."""
    yield from (fact.path.removesuffix(".spack/spec.json") for fact in facts)


def _own(spec: Any) -> tuple[str, str]:
    if isinstance(spec, list):
        first = next(iter(mapping(next(iter(spec), None)).items()), ("", None))
        return first[0], text(mapping(first[1]).get("version"))
    node = mapping(next(iter(sequence(mapping(spec).get("nodes"))), None))
    return text(node.get("name")), text(node.get("version"))


CATALOGER = Cataloger(
    name="spack",
    ecosystem=Ecosystem(purl_type="spack", scheme="generic"),
    readers=(Reader(Wants(suffixes=(".spack/spec.json",)), read),),
    identifies=identifies,
    limits="Advisories: no source has Spack's packages. Those in the map of software are assessed by upstream versions.",
)

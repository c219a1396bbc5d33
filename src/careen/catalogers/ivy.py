"""Ivy: the dependencies of ``ivy.xml``, with an exact revision or "": ``1.+`` and ``latest.release`` allow several.

Shape: XML, ``<ivy-module><dependencies><dependency org="commons-lang" name="commons-lang" rev="2.6"/>``; without ``org`` it is
that of the module. Other programs have files of this name, with another root.
Raises: ValueError if the file is not XML.
**Source:** Apache Ivy, "Ivy Files", ``dependency``.
"""

from collections.abc import Iterator

from careen.formats.data.xml_elements import xml_elements
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_PART = pattern(r"[A-Za-z0-9][\w.-]{0,200}")
_EXACT = pattern(r"[0-9][\w.-]{0,100}")


def read(file: File) -> Iterator[Package]:
    if within_package(file.path) or b"<ivy-module" not in file.data:
        return
    found: list[tuple[str, str]] = []
    module = ""
    dependencies = []
    for path, attributes, _ in xml_elements(file.data):
        if path == ("ivy-module", "info"):
            module = attributes.get("organisation", "")
        elif path == ("ivy-module", "dependencies", "dependency"):
            dependencies.append(attributes)
    for attributes in dependencies:
        group, name, version = attributes.get("org", module), attributes.get("name", ""), attributes.get("rev", "")
        if _PART.fullmatch(group) and _PART.fullmatch(name):
            found.append((f"{group}:{name}", version if _EXACT.fullmatch(version) else ""))
    yield from declared("ivy", "maven", found)


CATALOGER = Cataloger(
    name="ivy",
    ecosystem=Ecosystem(purl_type="maven", scheme="maven", namespace="Maven"),
    readers=(Reader(Wants(names=("ivy.xml",)), read),),
    limits="Dependencies of the dependencies.",
)

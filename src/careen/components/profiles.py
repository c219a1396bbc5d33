"""The elements that official profiles require of an SBOM, and those that a document lacks.

``ntia``: the minimum elements of 2021. ``cisa-2025``: CISA's minimum elements of 2025, which add hash, licence, tool
and the context of its generation. ``bsi-tr-03183``: TR-03183-2 of Germany's BSI, version 2.
**Source:** NTIA, "The Minimum Elements For a Software Bill of Materials"; CISA, "2025 Minimum Elements for a SBOM";
BSI TR-03183-2.
"""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from careen.licences.expressions import is_valid
from careen.model.report import Report

from .content import Component, Content, content_of

Profile = Literal["ntia", "cisa-2025", "bsi-tr-03183"]
PROFILES: tuple[Profile, ...] = ("ntia", "cisa-2025", "bsi-tr-03183")
Has = Callable[[Component], bool]


class Element(Struct, frozen=True):
    """One required element, with the components that lack it. ``of_document``: it is required of the document as a
    whole."""

    name: str
    missing: tuple[str, ...] = ()
    total: int = 0
    of_document: bool = False

    @property
    def complete(self) -> bool:
        return not self.missing


_COMPONENTS: dict[str, Has] = {
    "supplier": lambda component: bool(component.supplier),
    "name": lambda component: bool(component.package.name),
    "version": lambda component: bool(component.package.version),
    "unique identifier": lambda component: bool(component.purl),
    "licence": lambda component: bool(component.licence.concluded) and is_valid(component.licence.concluded),
    "hash": lambda component: bool(component.digests),
    "file name": lambda component: any(place.path for place in component.package.evidence),
}
_ASKED: dict[Profile, tuple[str, ...]] = {
    "ntia": ("supplier", "name", "version", "unique identifier"),
    "cisa-2025": ("supplier", "name", "version", "unique identifier", "hash", "licence"),
    "bsi-tr-03183": ("supplier", "name", "version", "file name", "unique identifier", "hash", "licence"),
}


def elements_of(report: Report, profile: Profile) -> tuple[Element, ...]:
    """The elements that a profile requires. The document has an author (the tool), a time stamp, and its generation
    context in any format."""
    content = content_of(report)
    found = [_of_components(name, content) for name in _ASKED[profile]]
    relations = () if content.detailed else ("dependencies were not read: an SBOM or a saved report is the source",)
    found.append(Element("dependency relationships", relations, 1, of_document=True))
    found.append(Element("supplier of the image", () if content.supplier else ("no label names it (--supplier)",), 1, True))
    digest = () if report.image.digest else ("the image has no digest",)
    if profile != "ntia":
        found.append(Element("hash of the image", digest, 1, of_document=True))
    found += [Element(name, (), 1, of_document=True) for name in ("author of the SBOM", "time stamp")]
    return tuple(found)


def _of_components(name: str, content: Content) -> Element:
    has = _COMPONENTS[name]
    missing = tuple(component.purl for component in content.components if not has(component))
    return Element(name, missing, len(content.components))

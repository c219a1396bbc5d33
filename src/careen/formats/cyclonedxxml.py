"""A CycloneDX document in XML as the same structure that its JSON has; fields that nobody here reads are left out.

Raises: ValueError for anything else, over 64 MiB, 64 levels or a million elements, and for a document type declaration,
so that no entity can grow. **Source:** CycloneDX 1.0 to 1.7 (ECMA-424), XML schema.
"""

from typing import Any
from xml.parsers import expat  # a DTD is refused, so entities cannot be declared

from msgspec import Struct

MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, MAX_TEXT = 64 << 20, 64, 1_000_000, 100_000
NAMESPACE = "http://cyclonedx.org/schema/bom/"
_FIELDS = ("group", "name", "version", "purl", "cpe", "publisher")


class _Element(Struct):
    tag: str
    attributes: dict[str, str]
    children: list["_Element"] = []
    text: list[str] = []

    def first(self, tag: str) -> "_Element":
        return next((child for child in self.children if child.tag == tag), _NONE)

    def all(self, tag: str) -> list["_Element"]:
        return [child for child in self.children if child.tag == tag]

    @property
    def value(self) -> str:
        return "".join(self.text).strip()[:MAX_TEXT]


_NONE = _Element("", {})


def document(data: bytes) -> dict[str, Any]:
    bom = _tree(data)
    if bom.tag != "bom":
        raise ValueError("no CycloneDX document")
    metadata = bom.first("metadata")
    return {
        "bomFormat": "CycloneDX",
        "metadata": {"component": _component(metadata.first("component")), "properties": _properties(metadata)},
        "components": _components(bom),
    }


def _tree(data: bytes) -> _Element:
    """Elements of other name spaces are dropped with all that is in them."""
    if len(data) > MAX_BYTES:
        raise ValueError(f"XML over {MAX_BYTES >> 20} MiB")
    root = _Element("", {}, [])
    stack = [root]
    count = foreign = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count, foreign
        count += 1
        if len(stack) + foreign > MAX_DEPTH or count > MAX_ELEMENTS:
            raise ValueError(f"XML with more than {MAX_DEPTH} levels or {MAX_ELEMENTS} elements")
        space, _, tag = name.rpartition(" ")
        if foreign or not space.startswith(NAMESPACE):
            foreign += 1
            return
        element = _Element(tag, attributes, [], [])
        stack[-1].children.append(element)
        stack.append(element)

    def end(name: str) -> None:
        nonlocal foreign
        if foreign:
            foreign -= 1
        else:
            stack.pop()

    def characters(text: str) -> None:
        if not foreign and stack[-1].tag:
            stack[-1].text.append(text)

    def doctype(*declaration: object) -> None:
        raise ValueError("XML with a document type declaration: not accepted")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError) as error:
        raise ValueError(f"no XML: {error}") from None
    return root.children[0] if root.children else _NONE


def _components(parent: _Element) -> list[dict[str, Any]]:
    return [_component(child) for child in parent.first("components").all("component")]


def _component(element: _Element) -> dict[str, Any]:
    licences = element.first("licenses")
    return {
        "type": element.attributes.get("type", ""),
        **{field: element.first(field).value for field in _FIELDS},
        "supplier": {"name": element.first("supplier").first("name").value},
        "licenses": [
            *({"license": {key: one.first(key).value for key in ("id", "name")}} for one in licences.all("license")),
            *({"expression": one.value} for one in licences.all("expression")),
        ],
        "properties": _properties(element),
        "evidence": {
            "occurrences": [
                {"location": one.first("location").value}
                for one in element.first("evidence").first("occurrences").all("occurrence")
            ]
        },
        "components": _components(element),
    }


def _properties(holder: _Element) -> list[dict[str, str]]:
    entries = holder.first("properties").all("property")
    return [{"name": one.attributes.get("name", ""), "value": one.value} for one in entries]

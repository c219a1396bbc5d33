"""A CycloneDX document in XML, converted to the structure of its JSON; fields that Careen does not read are left out.

Raises: ValueError for other data and over the limits of an XML tree. **Source:** CycloneDX 1.0 to 1.7 (ECMA-424), XML
schema.
"""

from typing import Any

from careen.formats.data.xml_tree import Element, xml_tree

NAMESPACE = "http://cyclonedx.org/schema/bom/"
_FIELDS = ("group", "name", "version", "purl", "cpe", "publisher")


def document(data: bytes) -> dict[str, Any]:
    bom = xml_tree(data, NAMESPACE)
    if bom.tag != "bom":
        raise ValueError("not a CycloneDX document")
    metadata = bom.first("metadata")
    return {
        "bomFormat": "CycloneDX",
        "metadata": {
            "component": _component(metadata.first("component")),
            "properties": _properties(metadata),
            "tools": _tools(metadata.first("tools")),
        },
        "components": _components(bom),
    }


def _tools(holder: Element) -> list[dict[str, str]]:
    tools = [*holder.all("tool"), *holder.first("components").all("component")]
    return [{field: tool.first(field).value for field in ("name", "version")} for tool in tools]


def _components(parent: Element) -> list[dict[str, Any]]:
    return [_component(child) for child in parent.first("components").all("component")]


def _component(element: Element) -> dict[str, Any]:
    licences = element.first("licenses")
    return {
        "type": element.attributes.get("type", ""),
        **{field: element.first(field).value for field in _FIELDS},
        "supplier": {"name": element.first("supplier").first("name").value},
        "licenses": [
            *({"license": {key: licence.first(key).value for key in ("id", "name")}} for licence in licences.all("license")),
            *({"expression": expression.value} for expression in licences.all("expression")),
        ],
        "properties": _properties(element),
        "evidence": {
            "occurrences": [
                {"location": place.first("location").value}
                for place in element.first("evidence").first("occurrences").all("occurrence")
            ]
        },
        "components": _components(element),
    }


def _properties(holder: Element) -> list[dict[str, str]]:
    entries = holder.first("properties").all("property")
    return [{"name": entry.attributes.get("name", ""), "value": entry.value} for entry in entries]

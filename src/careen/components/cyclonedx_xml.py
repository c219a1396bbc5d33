"""The structure of CycloneDX's JSON as its XML: the same fields, in the order that the schema requires.

**Source:** CycloneDX 1.4 to 1.7 (ECMA-424), XML schemas.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from careen.safety.pattern import pattern

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAMESPACE = "http://cyclonedx.org/schema/bom/"
_FORBIDDEN = pattern("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Written as references, so that they act in no terminal: controls, bidirectional and invisible characters, signs of runners.
_HIDDEN = pattern(
    "[\t\r\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    r"|(?<=#)#(?=[a-z]*\[)"
)
_BREAK = "\ue00a"  # a line break in a text, until the lines of the document itself are made
_ORDER = {
    "component": (
        *("supplier", "author", "publisher", "group", "name", "version", "description", "hashes", "licenses", "copyright"),
        *("cpe", "purl", "properties", "components", "evidence"),
    ),
    "metadata": ("timestamp", "lifecycles", "tools", "component", "supplier", "licenses", "properties"),
    "evidence": ("occurrences", "licenses", "copyright"),
    "vulnerability": (
        *("id", "source", "references", "ratings", "cwes", "description", "recommendation", "advisories", "analysis"),
        *("affects", "properties"),
    ),
    "rating": ("source", "score", "severity", "method", "vector"),
    "analysis": ("state", "justification", "response", "detail"),
    "source": ("name", "url"),
    "reference": ("id", "source"),
    "advisory": ("title", "url"),
    "tool": ("vendor", "name", "version"),
}
_ITEMS = {"ratings": "rating", "references": "reference", "advisories": "advisory", "components": "component",
          "occurrences": "occurrence", "lifecycles": "lifecycle", "cwes": "cwe",
          "vulnerabilities": "vulnerability"}  # fmt: skip
_ATTRIBUTES = {"component": ("type", "bom-ref"), "vulnerability": ("bom-ref",)}


def as_xml(document: Mapping[str, Any]) -> str:
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    root = Element("bom", {
        "xmlns": f"{NAMESPACE}{document['specVersion']}",
        "serialNumber": document["serialNumber"],
        "version": str(document["version"]),
    })  # fmt: skip
    _add(root, "metadata", document["metadata"])
    _add(root, "components", document["components"])
    dependencies = SubElement(root, "dependencies")
    for entry in document["dependencies"]:
        needing = SubElement(dependencies, "dependency", {"ref": _clean(entry["ref"])})
        for ref in entry["dependsOn"]:
            SubElement(needing, "dependency", {"ref": _clean(ref)})
    if document["vulnerabilities"]:
        _add(root, "vulnerabilities", document["vulnerabilities"])
    indent(root)
    text = tostring(root, "unicode")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _HIDDEN.sub(_reference, text).replace(_BREAK, "&#10;") + "\n"


def _add(parent: "Element", name: str, value: Any) -> None:
    from xml.etree.ElementTree import SubElement

    if name in _SPECIAL:
        _SPECIAL[name](SubElement(parent, name), value)
        return
    element = SubElement(parent, name)
    if isinstance(value, list):
        for item in value:
            _add(element, _ITEMS[name], item)
    elif isinstance(value, dict):
        for attribute in _ATTRIBUTES.get(name, ()):
            if attribute in value:
                element.set(attribute, _clean(value[attribute]))
        for key in _ORDER.get(name, tuple(value)):
            if key in value:
                _add(element, key, value[key])
    else:
        element.text = _clean(f"{value:g}" if isinstance(value, float) else str(value))


def _properties(element: "Element", value: Iterable[Mapping[str, str]]) -> None:
    from xml.etree.ElementTree import SubElement

    for entry in value:
        SubElement(element, "property", {"name": _clean(entry["name"])}).text = _clean(entry["value"])


def _hashes(element: "Element", value: Iterable[Mapping[str, str]]) -> None:
    from xml.etree.ElementTree import SubElement

    for entry in value:
        SubElement(element, "hash", {"alg": entry["alg"]}).text = entry["content"]


def _licences(element: "Element", value: Iterable[Mapping[str, Any]]) -> None:
    for entry in value:
        for name, content in entry.items():
            _add(element, name, content)


def _tools(element: "Element", value: Any) -> None:
    if isinstance(value, list):
        for tool in value:
            _add(element, "tool", tool)
    else:
        _add(element, "components", value["components"])


def _responses(element: "Element", value: Iterable[str]) -> None:
    from xml.etree.ElementTree import SubElement

    element.tag = "responses"
    for word in value:
        SubElement(element, "response").text = word


def _affects(element: "Element", value: Iterable[Mapping[str, Any]]) -> None:
    from xml.etree.ElementTree import SubElement

    for entry in value:
        target = SubElement(element, "target")
        SubElement(target, "ref").text = _clean(entry["ref"])
        if "versions" not in entry:
            continue
        versions = SubElement(target, "versions")
        for version in entry["versions"]:
            found = SubElement(versions, "version")
            for key in ("version", "status"):
                SubElement(found, key).text = _clean(version[key])


def _copyright(element: "Element", value: Any) -> None:
    element.text = _clean(str(value))


_SPECIAL: dict[str, Callable[["Element", Any], None]] = {
    "properties": _properties,
    "hashes": _hashes,
    "licenses": _licences,
    "tools": _tools,
    "response": _responses,
    "affects": _affects,
    "copyright": _copyright,
}


def _clean(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text).replace("\n", _BREAK)


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"

"""The elements of an XML document in the order of their ends: (path of names without namespace, attributes, text).

``("Project", "ItemGroup", "PackageReference"), {"Include": "a"}, ""``: one tuple per element; children precede their parent.
A document type declaration is refused, so no entity can expand.
Raises: ValueError if the data is not XML, and over a limit of size, depth, elements or text.
**Source:** Extensible Markup Language 1.0.
"""

from collections.abc import Iterator

from .xml_parser import read_xml

MAX_BYTES = 8 << 20
MAX_DEPTH = 64
MAX_ELEMENTS = 200_000
MAX_TEXT = 10_000

Element = tuple[tuple[str, ...], dict[str, str], str]


def xml_elements(data: bytes) -> Iterator[Element]:
    if len(data) > MAX_BYTES:
        raise ValueError(f"XML over {MAX_BYTES >> 20} MiB")
    found: list[Element] = []
    open_elements: list[tuple[str, dict[str, str], list[str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_elements) >= MAX_DEPTH or len(found) >= MAX_ELEMENTS:
            raise ValueError(f"XML with more than {MAX_DEPTH} levels or {MAX_ELEMENTS} elements")
        open_elements.append((name.rpartition(":")[2], attributes, []))

    def characters(text: str) -> None:
        if open_elements:
            open_elements[-1][2].append(text[:MAX_TEXT])

    def end(name: str) -> None:
        path = tuple(element[0] for element in open_elements)
        _, attributes, text = open_elements.pop()
        found.append((path, attributes, "".join(text).strip()[:MAX_TEXT]))

    read_xml(data, start, end, characters)
    return iter(found)

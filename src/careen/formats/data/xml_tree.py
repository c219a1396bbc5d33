"""An XML document as a tree of elements, without those of other namespaces.

A document type declaration is refused, so no entity can expand; size, depth, elements and text are bounded. No function
is recursive, however deep the document is.
Raises: ValueError for other data. **Source:** Extensible Markup Language 1.0; Namespaces in XML 1.0.
"""

from collections.abc import Iterator

from msgspec import Struct

from .xml_parser import read_xml

MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, MAX_TEXT = 64 << 20, 64, 1_000_000, 4_000_000


class Element(Struct):
    """``tag`` and the keys of ``attributes`` have no namespace."""

    tag: str
    attributes: dict[str, str]
    children: list["Element"] = []
    text: list[str] = []

    def first(self, tag: str) -> "Element":
        return next((child for child in self.children if child.tag == tag), NO_ELEMENT)

    def all(self, tag: str) -> list["Element"]:
        return [child for child in self.children if child.tag == tag]

    def below(self) -> Iterator["Element"]:
        """Every element in this one at any depth, in the order of the document."""
        waiting = self.children[::-1]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += element.children[::-1]

    @property
    def value(self) -> str:
        return "".join(self.text).strip()[:MAX_TEXT]


NO_ELEMENT = Element("", {})


def xml_tree(data: bytes, namespace: str = "", max_depth: int = MAX_DEPTH) -> Element:
    """The root; elements whose namespace does not start with ``namespace`` are dropped with their content."""
    if len(data) > MAX_BYTES:
        raise ValueError(f"XML over {MAX_BYTES >> 20} MiB")
    root = Element("", {}, [])
    stack = [root]
    count = foreign = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count, foreign
        count += 1
        if len(stack) + foreign > max_depth or count > MAX_ELEMENTS:
            raise ValueError(f"XML with more than {max_depth} levels or {MAX_ELEMENTS} elements")
        space, _, tag = name.rpartition(" ")
        if foreign or not space.startswith(namespace):
            foreign += 1
            return
        element = Element(tag, {key.rpartition(" ")[2]: value for key, value in attributes.items()}, [], [])
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

    read_xml(data, start, end, characters, separator=" ")
    return root.children[0] if root.children else NO_ELEMENT

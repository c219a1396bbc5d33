"""Chosen elements of a large XML file, one small tree at a time, plain or compressed with gzip, bzip2 or xz.

Names have no namespace prefix. A DTD is refused, so no entity can be declared; on request a document may name an external
one, or files that belong to it, which are never fetched. Depth, nodes of one tree and inflated bytes are bounded. Only one
tree is in memory at a time.
Raises: ValueError if the file is not well-formed.  **Source:** XML 1.0, fifth edition.
"""

from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from careen.errors import InputError
from careen.formats.archives.inflate import open_stream
from careen.safety.budget import Limits

MAX_DEPTH = 64
MAX_NODES = 500_000  # of one tree: an erratum with all architectures and packages has thousands
MAX_TEXT = 100_000
CHUNK_BYTES = 256 * 1024


class Element:
    """An element with its children. ``text`` is the text directly in it, before and between its children."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.attributes, self.text = name, attributes, ""
        self.children: list[Element] = []

    def first(self, *path: str) -> "Element | None":
        """The first element down a path of names."""
        here: Element | None = self
        for name in path:
            here = next((child for child in here.children if child.name == name), None) if here else None
        return here

    def below(self, name: str) -> "Iterator[Element]":
        """Every element of that name, at any depth."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.below(name)

    def value(self, *path: str) -> str:
        found = self.first(*path)
        return found.text.strip() if found else ""


def elements(file: Path, names: frozenset[str], limit_bytes: int, *, named_dtd: bool = False) -> Iterator[Element]:
    """The outermost elements with one of the names, in the order of their ends."""
    done: list[Element] = []
    parser = _parser(names, done, named_dtd=named_dtd)
    with file.open("rb") as raw:
        stream = open_stream(raw, Limits(inflated_bytes=limit_bytes, ratio=1000))
        try:
            while chunk := stream.read(CHUNK_BYTES):
                parser.Parse(chunk, False)
                yield from done
                done.clear()
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError) as error:
            raise ValueError(f"not well-formed XML: {error}") from None
        except InputError as error:
            raise ValueError(str(error)) from None
    yield from done


def elements_of(data: bytes, names: frozenset[str]) -> tuple[Element, ...]:
    """Like ``elements``, for a document in memory, which may name an external DTD."""
    done: list[Element] = []
    try:
        _parser(names, done, named_dtd=True).Parse(data, True)
    except (expat.ExpatError, LookupError) as error:
        raise ValueError(f"not well-formed XML: {error}") from None
    return tuple(done)


def _parser(names: frozenset[str], done: list[Element], *, named_dtd: bool = False) -> expat.XMLParserType:
    open_elements: list[Element] = []
    depth = nodes = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, nodes
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError("XML nested too deeply")
        local = name.rpartition(":")[2]
        if open_elements or local in names:
            nodes = nodes + 1 if open_elements else 0
            if nodes > MAX_NODES:
                raise ValueError("an XML element has too many parts")
            open_elements.append(Element(local, attributes))

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1
        if open_elements:
            closed = open_elements.pop()
            if open_elements:
                open_elements[-1].children.append(closed)
            else:
                done.append(closed)

    def text(data: str) -> None:
        if open_elements and len(open_elements[-1].text) < MAX_TEXT:
            open_elements[-1].text += data

    def refuse(*_: object) -> None:
        if not named_dtd:
            raise ValueError("XML with a DTD is not read")

    def entity(name: str, parameter: bool, value: str | None, *_: object) -> None:
        if value is not None or parameter:
            raise ValueError("XML that declares entities is not read")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = entity
    return parser

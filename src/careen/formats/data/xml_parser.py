"""One XML document in memory, told to functions as it is read, with nothing in it that could grow.

A document type declaration is refused: so no entity can be declared. Bounds are those of the functions, which raise.
Raises: ValueError for what is no XML.  **Source:** Extensible Markup Language 1.0, fifth edition.
"""

from collections.abc import Callable
from xml.parsers import expat  # a DTD is refused, so entities cannot be declared


def read_xml(
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    characters: Callable[[str], None],
    *,
    separator: str | None = None,
) -> None:
    """``separator`` is put between the name space of an element and its name; None leaves names with their prefixes."""
    parser = expat.ParserCreate(namespace_separator=separator)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.StartDoctypeDeclHandler = _refused
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError) as error:
        raise ValueError(f"no XML: {error}") from None


def _refused(*declaration: object) -> None:
    raise ValueError("XML with a document type declaration: not accepted")

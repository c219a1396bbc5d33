"""One XML document in memory, passed to callbacks as it is parsed, without anything that could expand.

A document type declaration is refused, so no entity can be declared. Other bounds are up to the callbacks, which raise.
Raises: ValueError if the data is not XML.  **Source:** Extensible Markup Language 1.0, fifth edition.
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
    """``separator`` joins the namespace of an element and its name; None keeps names with their prefixes."""
    parser = expat.ParserCreate(namespace_separator=separator)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.StartDoctypeDeclHandler = _refused
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError) as error:
        raise ValueError(f"not XML: {error}") from None


def _refused(*declaration: object) -> None:
    raise ValueError("XML with a document type declaration is not accepted")

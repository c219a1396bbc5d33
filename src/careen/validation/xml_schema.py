"""The violations of an XML Schema in a document, with their lines.

A document type declaration is refused, so no entity can expand, and nothing is fetched.
Raises: UsageError if the package lxml is not installed, ValueError if the data is not XML or over a limit.
**Source:** XML Schema 1.0, by libxml2.
"""

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from typing import Any

from careen.errors import UsageError
from careen.formats.data.xml_parser import read_xml

from .problem import Problem
from .schema import HINT, MAX_PROBLEMS, schemas

MAX_BYTES, MAX_ELEMENTS, MAX_DEPTH = 64 << 20, 1_000_000, 512  # a graph of SPDX is nested deeply


def root_of(data: bytes) -> tuple[str, str]:
    """(namespace, name) of the outermost element. Raises ValueError for data over a limit, or not XML."""
    if len(data) > MAX_BYTES:
        raise ValueError(f"XML over {MAX_BYTES >> 20} MiB")
    names: list[str] = []
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise ValueError(f"XML with more than {MAX_DEPTH} levels or {MAX_ELEMENTS} elements")
        if count == 1:
            names.append(name)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    read_xml(data, start, end, lambda text: None, separator=" ")
    namespace, _, name = names[0].rpartition(" ")
    return namespace, name


def xml_problems(bundle: str, name: str, data: bytes) -> Iterator[Problem]:
    """At most ``MAX_PROBLEMS`` problems of data that ``root_of`` accepts; with their lines, unless there are more problems than
    that.

    Validating while reading is fast, but libxml2 then has no line numbers. A second validation of the tree has them, and takes
    longer for each problem the more elements there are; so it runs only if the problems are few.
    """
    schema = _schema(bundle, name)
    from lxml import etree

    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    try:
        tree = etree.fromstring(data, etree.XMLParser(**options))
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not XML: {error}") from None
    reading = etree.XMLParser(schema=schema, **options)
    try:
        etree.fromstring(data, reading)
        return
    except etree.XMLSyntaxError:
        problems = list(reading.error_log)
    if len(problems) <= MAX_PROBLEMS:
        schema.validate(tree)
        problems = list(schema.error_log) or problems
    for problem in problems[:MAX_PROBLEMS]:
        place = f"line {problem.line}" if problem.line else "/"
        yield Problem(place, _without_namespaces(problem.message))


@cache
def _schema(bundle: str, name: str) -> Any:
    if find_spec("lxml") is None:
        raise UsageError("validation of XML needs the package lxml, which is not installed", HINT)
    from lxml import etree

    class Carried(etree.Resolver):  # type: ignore[misc]
        def resolve(self, address: str, public: str, context: Any) -> Any:
            return self.resolve_string(schemas(bundle)[address.rpartition("/")[2]], context)

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Carried())
    return etree.XMLSchema(etree.fromstring(schemas(bundle)[name].encode(), parser))


def _without_namespaces(message: str) -> str:
    """The message without namespaces in braces: "Element '{http://cyclonedx.org/schema/bom/1.4}scope': …"."""
    kept = [part.partition("}")[2] if number else part for number, part in enumerate(message.split("{http"))]
    return "".join(kept)[:400]

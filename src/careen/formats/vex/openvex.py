"""OpenVEX: reads its statements, and writes a document of statements.

Shape: ``{"@context", author, timestamp, statements: [{vulnerability, products, status, justification, …}]}``.
A vulnerability is ``{name, aliases, "@id"}`` since 0.2.0 and a string before; a product is ``{"@id", identifiers, hashes,
subcomponents}`` or a string, with the subcomponents next to it. A statement inherits the document's timestamp and author.
Raises: ValueError for a statement without a known status.
**Source:** OpenVEX specification 0.2.0 and 0.0.1.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from careen.formats.data.plain import mapping, sequence, text

from .statements import STATUSES, Names, Product, Statement

CONTEXT = "https://openvex.dev/ns"


def statements(document: dict[str, Any], source: str) -> Iterator[Statement]:
    issued = text(document.get("last_updated")) or text(document.get("timestamp"))
    author = text(document.get("author"))
    for number, statement in enumerate(map(mapping, sequence(document.get("statements"))), start=1):
        status = next((known for known in STATUSES if known == statement.get("status")), None)
        if status is None:
            raise ValueError(f"statement {number} has no status of OpenVEX: {str(statement.get('status'))[:60]!r}")
        ids = _ids(statement.get("vulnerability"))
        products = tuple(_products(statement))
        if ids and products:
            yield Statement(
                ids,
                status,
                products,
                source,
                _why(statement),
                text(statement.get("last_updated")) or text(statement.get("timestamp")) or issued,
                text(statement.get("supplier")) or author,
            )


def document(stated: Sequence[Statement], author: str, timestamp: str, subject: str) -> dict[str, Any]:
    """A document of version 0.2.0 about the image ``subject``. Equal arguments give an equal document, even its
    identifier.

    Values that OpenVEX does not have go into its free-text fields.
    """
    digest = hashlib.sha256(repr((subject, author, timestamp, stated)).encode(errors="replace")).hexdigest()
    return {
        "@context": f"{CONTEXT}/v0.2.0",
        "@id": f"https://openvex.dev/docs/public/vex-{digest}",
        "author": author,
        "timestamp": timestamp,
        "version": 1,
        "tooling": "careen",
        "statements": [_statement(statement) for statement in stated],
    }


def _ids(vulnerability: Any) -> tuple[str, ...]:
    if isinstance(vulnerability, str):
        return (vulnerability,)
    described = mapping(vulnerability)
    aliases = [alias for alias in sequence(described.get("aliases")) if isinstance(alias, str)]
    name = text(described.get("name")) or text(described.get("@id")).rpartition("/")[2]
    return tuple(dict.fromkeys(filter(None, (name, *aliases))))


def _products(statement: dict[str, Any]) -> Iterator[Product]:
    beside = _components(statement.get("subcomponents"))  # of version 0.0.1
    for product in sequence(statement.get("products")):
        names = _names(product)
        if names:
            yield Product(names, (*beside, *_components(mapping(product).get("subcomponents"))))


def _components(found: Any) -> tuple[Names, ...]:
    """The names of each component. One that cannot be read has none and matches nothing: without it, the statement
    would be about the whole product."""
    return tuple(map(_names, found if isinstance(found, list) else () if found is None else (found,)))


def _names(component: Any) -> Names:
    if isinstance(component, str):
        return (component,) if component else ()
    described = mapping(component)
    names = [text(described.get("@id")), *map(text, mapping(described.get("identifiers")).values())]
    hashes = mapping(described.get("hashes"))
    digest = text(hashes.get("sha-256")) or text(hashes.get("sha256"))
    return tuple(dict.fromkeys(filter(None, (*names, f"sha256:{digest}" if digest else ""))))


def _why(statement: dict[str, Any]) -> str:
    keys = ("justification", "impact_statement", "action_statement", "status_notes")
    return next((found for key in keys if (found := text(statement.get(key)))), "")


def _statement(statement: Statement) -> dict[str, Any]:
    from .statements import JUSTIFICATIONS

    name, *aliases = statement.ids
    made: dict[str, Any] = {
        "vulnerability": {"name": name} | ({"aliases": aliases} if aliases else {}),
        "products": [
            {"@id": product.names[0]}
            | ({"subcomponents": [{"@id": names[0]} for names in product.components]} if product.components else {})
            for product in statement.products
        ],
        "status": statement.status,
    }
    if statement.status == "not_affected":
        key = "justification" if statement.justification in JUSTIFICATIONS else "impact_statement"
        made[key] = statement.justification or "The author gives no reason"
    elif statement.status == "affected":
        made["action_statement"] = statement.justification or "Update to a version with a fix"
    elif statement.justification:
        made["status_notes"] = statement.justification
    return made | ({"timestamp": statement.issued} if statement.issued else {})

"""URLs of the server's pages, for messages. Without the server's public address, messages have no links."""

from urllib.parse import quote

from sqlalchemy import Engine, select

from ..connection import writing
from ..query import Term, written
from ..rows import insert
from ..tables import state

PUBLIC = "public address"  # the key of a row in ``state``, from which workers on other machines learn the address


def publish(engine: Engine, address: str) -> None:
    """Stores the server's public address for all workers."""
    value = address.rstrip("/").encode()
    with writing(engine) as connection:
        new = insert(connection, state).on_conflict_do_update(index_elements=["key"], set_={"value": value})
        connection.execute(new, {"key": PUBLIC, "value": value})


def public_address(engine: Engine) -> str:
    with engine.connect() as connection:
        value = connection.execute(select(state.c.value).where(state.c.key == PUBLIC)).scalar()
    return bytes(value).decode() if value else ""


def vulnerability(address: str, project_id: int, id: str) -> str:
    return f"{address}/projects/{project_id}/vulnerabilities/{quote(id, safe=':')}" if address else ""


def image(address: str, project_id: int, identity: str) -> str:
    return f"{address}/projects/{project_id}/images/{quote(identity, safe=':')}" if address else ""


def package(address: str, project_id: int, purl: str) -> str:
    """The URL of a search for the package by its name; "" without an address."""
    query = written((Term("package", purl.rpartition("/")[2]),))
    return f"{address}/projects/{project_id}/search?q={quote(query, safe=':')}" if address else ""


def project(address: str, project_id: int) -> str:
    return f"{address}/projects/{project_id}" if address else ""

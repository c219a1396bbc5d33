"""TODO: the packages of NAME, from which files, and whether they are installed or declared.

Shape: TODO: ``NAME.todo.json`` is JSON, ``{"packages": [{"name": "one", "version": "1.0"}]}``.
Raises: ValueError for what is not such a file.
**Source:** TODO: the document and section that describes the format.
"""

from collections.abc import Iterator

from msgspec import Struct, json

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants


class _Entry(Struct):
    name: str = ""
    version: str = ""


class _Lock(Struct):
    packages: list[_Entry]


def read(file: File) -> Iterator[Package]:
    for entry in json.decode(file.data, type=_Lock).packages:
        if entry.name:
            yield Package(
                type=CATALOGER.ecosystem.purl_type,
                namespace=None,
                name=entry.name,
                version=entry.version,
                cataloger=CATALOGER.name,
                presence="declared",
            )


CATALOGER = Cataloger(
    name="NAME",
    ecosystem=Ecosystem(purl_type="generic", scheme="semver"),  # TODO: its type of package URL, the order of its versions
    readers=(Reader(Wants(names=("NAME.todo.json",)), read),),
    limits="TODO: what it does not see",
)

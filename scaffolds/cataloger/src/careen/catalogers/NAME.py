"""TODO: the packages of NAME, from which files, and whether they are installed or declared.

Shape: TODO: ``NAME.todo.json`` is JSON, ``{"packages": [{"name": "one", "version": "1.0"}]}``.
Raises: ValueError if the file is not a JSON object.
**Source:** TODO: the document and section that describes the format.
"""

from collections.abc import Iterator

from careen.formats.data.plain import json_object, mapping, sequence
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):  # a file of a package's authors
        return
    entries = map(mapping, sequence(json_object(file.data).get("packages")))
    named = ((entry.get("name"), entry.get("version")) for entry in entries)
    yield from declared(CATALOGER.name, CATALOGER.ecosystem.purl_type, named)


CATALOGER = Cataloger(
    name="NAME",
    ecosystem=Ecosystem(purl_type="generic", scheme="semver"),  # TODO: purl type, scheme in versions/, namespace of advisories
    readers=(Reader(Wants(names=("NAME.todo.json",)), read),),
    limits="TODO: what it does not find",
)

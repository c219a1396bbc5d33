"""sbt: the libraries in the lock file of sbt-dependency-lock (``build.sbt.lock``), without those of tests only.

Raises: ValueError if the file is not such a lock file.  **Source:** sbt-dependency-lock, lock file format 1.
"""

from collections.abc import Iterator

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    document = json_object(file.data)
    if "lockVersion" not in document:
        raise ValueError("not a lock file of sbt: it has no lockVersion")
    found = [mapping(library) for library in sequence(document.get("dependencies"))]
    found = [library for library in found if library.get("configurations") != ["test"]]
    named = ((text(library.get("org")), text(library.get("name")), library.get("version")) for library in found)
    return declared("sbt", "maven", ((f"{group}:{name}", version) for group, name, version in named if group and name))


CATALOGER = Cataloger(
    name="sbt",
    ecosystem=Ecosystem(purl_type="maven", scheme="maven", namespace="Maven"),
    readers=(Reader(Wants(names=("build.sbt.lock",)), read),),
    limits="Build definitions, which are programs.",
)

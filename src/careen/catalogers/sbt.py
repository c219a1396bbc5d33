"""sbt: the libraries that the lock file of sbt-dependency-lock names (``build.sbt.lock``), but
those of tests alone.

Raises: ValueError for what is no such file.  **Source:** sbt-dependency-lock, lock file format 1.
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
        raise ValueError("no lockVersion")
    found = [mapping(one) for one in sequence(document.get("dependencies"))]
    found = [one for one in found if one.get("configurations") != ["test"]]
    named = ((text(one.get("org")), text(one.get("name")), one.get("version")) for one in found)
    return declared("sbt", "maven", ((f"{group}:{name}", version) for group, name, version in named if group and name))


CATALOGER = Cataloger(
    name="sbt",
    ecosystem=Ecosystem(purl_type="maven", scheme="maven", namespace="Maven"),
    readers=(Reader(Wants(names=("build.sbt.lock",)), read),),
    limits="Build definitions, which are programs.",
)

"""R: installed packages, and packages in ``renv.lock``.

An installed package has a file ``DESCRIPTION`` with a line ``Built``; without that line it is a source tree, whose package is
declared.
Raises: ValueError for a DESCRIPTION or lock file of another shape.
**Source:** Writing R Extensions, "The DESCRIPTION file"; renv, "Lockfiles".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from careen.formats.data.plain import json_object, mapping, text
from careen.formats.packages.deb822 import paragraphs
from careen.formats.packages.declared import declared, within_package
from careen.model.delta import Fact
from careen.model.package import Package, Presence
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

FIELDS = frozenset(("package", "version", "license", "built"))


def read_description(file: File) -> Iterator[Package]:
    content = file.data.decode("utf-8", "replace")
    if not content.startswith("Package:") and "\nPackage:" not in content:
        return  # other files have this name, too
    for entry in paragraphs(content, FIELDS):
        if entry.get("package") and entry.get("version"):
            licenses = (entry["license"],) if entry.get("license") else ()
            presence: Presence = "present" if "built" in entry else "declared"
            yield Package("cran", None, entry["package"], entry["version"], licenses=licenses, cataloger="r", presence=presence)
        return  # a file has only one


def read_lock(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    packages = [mapping(package) for package in mapping(json_object(file.data).get("Packages")).values()]
    # renv 1.1 and later write all fields of a package's DESCRIPTION
    licences = {
        (entry.get("Package"), entry.get("Version")): text(entry.get("License"))[:200] for entry in packages if _is_named(entry)
    }
    for package in declared("r", "cran", ((entry.get("Package"), entry.get("Version")) for entry in packages)):
        licence = licences.get((package.name, package.version))
        yield replace(package, licenses=(licence,)) if licence else package


def _is_named(package: Mapping[str, Any]) -> bool:
    return isinstance(package.get("Package"), str) and isinstance(package.get("Version"), str)


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The folders of installed packages, which contain their compiled code."""
    yield from (fact.path.removesuffix("DESCRIPTION") for fact in facts if fact.value.presence == "present")


CATALOGER = Cataloger(
    name="r",
    ecosystem=Ecosystem(purl_type="cran", scheme="cran", namespace="CRAN"),
    readers=(Reader(Wants(names=("DESCRIPTION",)), read_description), Reader(Wants(names=("renv.lock",)), read_lock)),
    identifies=identifies,
    limits="Packages of Bioconductor are listed, but there are advisories only for CRAN.",
)

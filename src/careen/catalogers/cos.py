"""Packages of Container-Optimized OS: ``etc/cos-package-info.json``, which the build of the system writes.

Shape: ``installedPackages``, each with ``category``, ``name`` and ``ebuild_version`` (1.2.3-r1), or ``version`` without
revision. The packages of the build alone (``buildTimePackages``) are left out.
Raises: ValueError if the file is not a JSON object, and for a package without a plausible name or version.
**Source:** Container-Optimized OS, "View the list of packages".
"""

from collections.abc import Iterator

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MAX_PACKAGES = 20_000

_WORD = pattern(r"[0-9A-Za-z][0-9A-Za-z.+_~-]{0,120}")


def read(file: File) -> Iterator[Package]:
    listed = sequence(json_object(file.data).get("installedPackages"))
    if len(listed) > MAX_PACKAGES:
        raise ValueError(f"more than {MAX_PACKAGES} packages")
    for entry in map(mapping, listed):
        category, name = text(entry.get("category")), text(entry.get("name"))
        version = text(entry.get("ebuild_version")) or text(entry.get("version"))
        if not _WORD.fullmatch(name) or not _WORD.fullmatch(version):
            raise ValueError("a package without a plausible name or version")
        yield Package("cos", category if _WORD.fullmatch(category) else None, name, version, cataloger=CATALOGER.name)


CATALOGER = Cataloger(
    name="cos",
    ecosystem=Ecosystem(purl_type="cos", scheme="generic"),
    readers=(Reader(Wants(paths=("etc/cos-package-info.json",)), read),),
    limits="Advisories: no source has the packages of Container-Optimized OS. The files of each package are not listed.",
)

"""Dependency snapshots for GitHub's submission API, as Syft, Trivy and build plugins write them.

Each manifest lists its resolved packages, with package URLs.
Raises: ValueError for other data. **Source:** GitHub REST API, dependency-graph/snapshots.
"""

from careen.formats.data.plain import json_object, mapping, text
from careen.formats.data.unicode_bytes import as_utf8
from careen.formats.packages.purl_package import distribution_in, package_of
from careen.formats.sboms.made_by import named
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Evidence, Package
from careen.model.sbom import Sbom
from careen.plugins import SbomFormat

MAX_PACKAGES = 1_000_000


def read(data: bytes) -> Sbom:
    document = json_object(as_utf8(data))
    if not mapping(document.get("manifests")) or not mapping(document.get("detector")):
        raise ValueError("not a dependency snapshot")
    packages, faults = dict[str, Package](), list[Unknown]()
    for manifest in map(mapping, document["manifests"].values()):
        for name, entry in mapping(manifest.get("resolved")).items():
            purl = text(mapping(entry).get("package_url"))
            try:
                package = package_of(purl)
            except ValueError as error:
                faults.append(Unknown("github", Evidence("", 0), f"{(purl or name)[:200]}: {error}"))
                continue
            packages.setdefault(package.purl, package)
        if len(packages) > MAX_PACKAGES:
            raise ValueError(f"more than {MAX_PACKAGES} packages")
    found = tuple(packages.values())
    detector = mapping(document["detector"])
    tool = named(text(detector.get("name")), text(detector.get("version")))
    return Sbom(Inventory(distribution_in(found), found, tuple(faults), sbom_tool=tool))


SBOM_FORMAT = SbomFormat(
    name="github",
    accepts=lambda head: b'"detector"' in head and b'"manifests"' in head,
    read=read,
    description="GitHub dependency snapshots",
)

"""A list of package URLs, one per line; empty lines and lines that begin with ``#`` are skipped.

Raises: ValueError if no line is a package URL. **Source:** purl-spec (ECMA-427).
"""

from careen.formats.data.unicode_bytes import as_utf8
from careen.formats.packages.purl_package import distribution_in, package_of
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Evidence, Package
from careen.model.sbom import Sbom
from careen.plugins import SbomFormat

MAX_LINES = 1_000_000


def read(data: bytes) -> Sbom:
    lines = as_utf8(data).decode("utf-8", "replace").splitlines()
    if len(lines) > MAX_LINES:
        raise ValueError(f"more than {MAX_LINES} lines")
    packages: dict[str, Package] = {}
    faults: list[Unknown] = []
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        try:
            package = package_of(line)
        except ValueError as error:
            faults.append(Unknown("purls", Evidence("", 0), f"line {number}: {error}"))
            continue
        packages.setdefault(package.purl, package)  # two lines may write the same URL differently
    if faults and not packages:
        raise ValueError(f"not a list of package URLs: {faults[0].reason}")
    found = tuple(packages.values())
    return Sbom(Inventory(distribution_in(found), found, tuple(faults), sbom_tool=""))


SBOM_FORMAT = SbomFormat(
    name="purls",
    accepts=lambda head: any(line.strip().startswith(b"pkg:") for line in head.splitlines()[:50]) and b"{" not in head[:1],
    read=read,
    description="a list of package URLs, one per line",
)

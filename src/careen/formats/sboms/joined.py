"""The packages of an SBOM: one for each package URL, owner and presence, with the places of all entries that name it.

Tools write an entry for each place: 50 Go programs have 50 standard libraries of the same version.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from careen.model.package import Evidence, Package


def joined(packages: Iterable[Package]) -> tuple[Package, ...]:
    """Joins packages with the same URL, owner and presence, in the order of their first entries.

    The joined package has the evidence of all its entries; its other fields are those of the first entry.
    """
    first: dict[tuple[str, str | None, str], Package] = {}
    places: dict[tuple[str, str | None, str], dict[Evidence, None]] = {}
    for package in packages:
        key = (package.purl, package.owned_by, package.presence)
        first.setdefault(key, package)
        places.setdefault(key, {}).update(dict.fromkeys(package.evidence))
    return tuple(replace(package, evidence=tuple(places[key])) for key, package in first.items())

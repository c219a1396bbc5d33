"""The results of a second pass over the files of owners of language packages (``Inventory.owners_read``)."""

from collections.abc import Iterable

from msgspec.structs import replace

from careen.model.finding import Finding, Vulnerability
from careen.model.inventory import Inventory, OwnerFiles, OwnerRead
from careen.model.package import Package

from .products import product_of


class OwnerReads:
    def __init__(self, inventory: Inventory) -> None:
        self._reads = {read.owner: read for read in inventory.owners_read}
        self._genuine = {read.owner: frozenset(read.genuine) for read in inventory.owners_read}
        self._files = {files.owner: files for files in inventory.owner_files} if self._reads else {}

    def of(self, package: Package) -> OwnerRead | None:
        """The result for the package's owner, if all files of the package have the checksums that the owner lists; else
        None.
        """
        owner = package.owned_by or ""
        paths = {evidence.path.partition("!/")[0] for evidence in package.evidence}
        return self._reads[owner] if owner in self._reads and paths and paths <= self._genuine[owner] else None

    def has_changelog(self, owner: str) -> bool:
        """Whether the image has a changelog of the owner, even with a wrong checksum."""
        files = self._files.get(owner)
        return files is not None and files.changelog is not None


def unread_owners(findings: Iterable[Finding], inventory: Inventory) -> tuple[OwnerFiles, ...]:
    """The owners that a second pass still has to read: those of installed packages with findings that count in gates.
    Each comes with the files of all packages that upstream's advisories may concern later, because a stored inventory
    is matched without its files.
    """
    if not inventory.owner_files:
        return ()
    counted: dict[str, set[str]] = {}
    for finding in findings:
        if isinstance(finding, Vulnerability) and finding.confidence != "possible":
            counted.setdefault(finding.package, set()).update(finding.paths)
    asked = set[str]()
    for package in inventory.packages:
        paths = counted.get(package.purl, set())  # another copy of the same version may have no owner
        if package.owned_by and package.presence != "declared" and any(place.path in paths for place in package.evidence):
            asked.add(package.owned_by)
    asked.difference_update(read.owner for read in inventory.owners_read)
    left_out = _of_distribution_alone(inventory)
    return tuple(
        replace(files, paths=tuple(place for place in files.paths if place.path not in left_out))
        for files in inventory.owner_files
        if files.owner in asked
    )


def _of_distribution_alone(inventory: Inventory) -> set[str]:
    """The files of owned programs that are assessed only by the distribution's advisories."""
    alone, others = set[str](), set[str]()
    for package in inventory.packages:
        if package.owned_by:
            is_alone = package.type == "generic" and product_of(package) is None
            (alone if is_alone else others).update(evidence.path.partition("!/")[0] for evidence in package.evidence)
    return alone - others

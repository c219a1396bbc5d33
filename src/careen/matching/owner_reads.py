"""What a second pass over the files of owners of language packages has shown (``Inventory.owners_read``)."""

from collections.abc import Iterable

from msgspec.structs import replace

from careen.model.finding import Finding, Vulnerability
from careen.model.inventory import Inventory, OwnerFiles, OwnerRead
from careen.model.package import Package


class OwnerReads:
    def __init__(self, inventory: Inventory) -> None:
        self._reads = {read.owner: read for read in inventory.owners_read}
        self._genuine = {read.owner: frozenset(read.genuine) for read in inventory.owners_read}
        self._files = {files.owner: files for files in inventory.owner_files} if self._reads else {}

    def of(self, package: Package) -> OwnerRead | None:
        """What its owner's files show, if all files of the package have the checksums that the owner lists."""
        owner = package.owned_by or ""
        paths = {evidence.path.partition("!/")[0] for evidence in package.evidence}
        return self._reads[owner] if owner in self._reads and paths and paths <= self._genuine[owner] else None

    def has_changelog(self, owner: str) -> bool:
        """Whether the image has one, even if its checksum is not the owner's."""
        files = self._files.get(owner)
        return files is not None and files.changelog is not None


def unread_owners(findings: Iterable[Finding], inventory: Inventory) -> tuple[OwnerFiles, ...]:
    """The owners of installed packages with findings that gates count, which a second pass has not read; with the files of
    these packages alone."""
    if not inventory.owner_files:
        return ()
    counted: dict[str, set[str]] = {}
    for finding in findings:
        if isinstance(finding, Vulnerability) and finding.confidence != "possible":
            counted.setdefault(finding.package, set()).update(finding.paths)
    asked: dict[str, set[str]] = {}
    for package in inventory.packages:
        if package.owned_by and package.presence != "declared" and package.purl in counted:
            paths = {evidence.path for evidence in package.evidence}
            if not paths.isdisjoint(counted[package.purl]):  # the same version may also be in a place that no package owns
                asked.setdefault(package.owned_by, set()).update(path.partition("!/")[0] for path in paths)
    for read in inventory.owners_read:
        asked.pop(read.owner, None)
    return tuple(_only(files, asked[files.owner]) for files in inventory.owner_files if files.owner in asked)


def _only(files: OwnerFiles, paths: set[str]) -> OwnerFiles:
    return replace(files, paths=tuple(place for place in files.paths if place.path in paths))

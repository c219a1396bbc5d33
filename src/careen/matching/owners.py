"""Packages whose files a package of the distribution owns: who built the owner, and which advisories assess it."""

from collections.abc import Mapping

from msgspec.structs import replace

from careen.model.inventory import Inventory
from careen.model.package import Package
from careen.plugins import Ecosystem

from .channels import has_channels
from .subject import Subject
from .system_packages import release_subject
from .upstream import UPSTREAM_BUILDERS, named, packaged
from .vendors import vendor_of


class Owners:
    """The packages of an inventory that own files of others."""

    def __init__(self, inventory: Inventory, ecosystems: Mapping[str, Ecosystem]) -> None:
        self._inventory, self._ecosystems = inventory, ecosystems
        wanted = {package.owned_by for package in inventory.packages if package.owned_by}
        types = {purl.removeprefix("pkg:").partition("/")[0] for purl in wanted}
        candidates = (package for package in inventory.packages if package.type in types)
        self._by_purl = {purl: package for package in candidates if (purl := package.purl) in wanted}
        self._subjects: dict[str, Subject | None] = {}

    def subject_of(self, package: Package) -> Subject | None:
        """The owner of the package's files as a subject, if the distribution built it and its release has advisories;
        else None.
        """
        purl = package.owned_by
        if not purl or purl not in self._by_purl:
            return None
        if purl not in self._subjects:
            self._subjects[purl] = self._subject(self._by_purl[purl])
        return self._subjects[purl]

    def has_upstream_owner(self, package: Package) -> bool:
        """Whether a third party's, conda or Spack package that is assessed by upstream versions owns the package's
        files.
        """
        owner = self._by_purl.get(package.owned_by or "")
        if owner is None or self.is_of_distribution(package):
            return False
        return (named(owner) if owner.type in UPSTREAM_BUILDERS else packaged(owner)) is not None

    def is_of_distribution(self, package: Package) -> bool:
        """Whether a distribution, even one without advisories, built the owner of the package's files; True if the owner is
        not in the inventory. Upstream versions do not assess such a package.
        """
        owner = self._by_purl.get(package.owned_by or "")
        if owner is None:
            return package.owned_by is not None
        if owner.type in UPSTREAM_BUILDERS:
            return False  # it builds upstream versions
        return self._vendor(owner) != "third_party"

    def _subject(self, owner: Package) -> Subject | None:
        ecosystem = self._ecosystems.get(owner.type)
        if ecosystem is None or not ecosystem.distribution or self._vendor(owner) != "distribution":
            return None
        subject = release_subject(owner, self._inventory, ecosystem)
        if not isinstance(subject, Subject):
            return None
        by_source = has_channels(subject.namespace) and owner.source
        return replace(subject, source=owner.source.name) if by_source and owner.source else subject

    def _vendor(self, owner: Package) -> str:
        return owner.vendor if owner.vendor != "unknown" else vendor_of(owner, self._inventory.distribution)

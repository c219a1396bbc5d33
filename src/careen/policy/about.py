"""The names of the image and its packages, to which rules and VEX statements refer.

A name of the image is its digest or reference in any usual spelling; a name of a package is its package URL with or
without version and qualifiers, or that of its source package. All names of one distribution are equal.
**Source:** purl-spec, types ``oci`` and ``docker``; distribution/reference for references; NIST IR 7695 (CPE 2.2, 2.3).
"""

from collections.abc import Mapping
from functools import cache, cached_property, lru_cache

from careen.distributions.registry import profile, profiles
from careen.formats.images.reference import Named, named
from careen.formats.packages.purl import Purl, parse
from careen.model.image import Image
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Package

_SYSTEM = ("deb", "rpm", "apk")
_SOURCE = ("source", "src")


class About:
    """The names of the image and its packages. ``packages`` is by purl."""

    def __init__(self, image: Image, inventory: Inventory) -> None:
        self.image, self.distribution = image, inventory.distribution
        self.packages: dict[str, list[Package]] = {}
        for package in inventory.packages:
            self.packages.setdefault(package.purl, []).append(package)

    @cached_property
    def reference(self) -> Named:
        found = named(self.image.reference)
        return Named(found.repository, found.tag or ("" if found.digest else "latest"), found.digest)

    @cached_property
    def by_package(self) -> Mapping[tuple[str, str, str], list[str]]:
        """The purls of the packages by name, in all versions."""
        found: dict[tuple[str, str, str], list[str]] = {}
        for purl in self.packages:
            if own := parsed(purl):
                found.setdefault(_package(own), []).append(purl)
        return found

    def is_image(self, name: str) -> bool:
        """Whether the name means this image: by digest, reference or package URL."""
        if name.startswith("sha256:"):
            return name in (self.image.digest, self.reference.digest)
        if name.startswith("pkg:"):
            purl = parsed(name)
            return purl is not None and purl.type in ("oci", "docker") and self._is_oci(purl)
        return name == self.image.reference or self._is_reference(named(name))

    def is_distribution(self, name: str) -> bool:
        """Whether the name means the image's distribution: its CPE, or the name that it shows."""
        if name.startswith("cpe:"):
            return self._is_platform(name)
        return self.distribution is not None and bool(name) and name == self.distribution.pretty_name

    def is_of_distribution(self, purl: str) -> bool:
        """Whether the distribution's packages include this one, or own its files. Its maker does not know what others
        added."""
        parts = self.packages.get(purl, ())
        own = parsed(purl)
        return (own is not None and own.type in _SYSTEM) or (bool(parts) and all(part.owned_by for part in parts))

    def is_package(self, name: str, purl: str) -> bool:
        """Whether the name means the package with this purl, or the source it was built from."""
        wanted, own = parsed(name), parsed(purl)
        if wanted is None or own is None or wanted.type != own.type:
            return False
        if not self._qualified(wanted, own):
            return False
        arch = wanted.qualifier("arch")
        if arch not in _SOURCE and _same(wanted, own):
            return True
        if arch and arch not in _SOURCE:
            return False  # it means a binary package, whose source may have the same name
        sources = {package.source for package in self.packages.get(purl, ()) if package.source}
        return any(_same(wanted, Purl(own.type, own.namespace, source.name, source.version or None)) for source in sources)

    def contains(self, product: str, purl: str) -> bool:
        """Whether the package with this purl is a part of the package ``product``: owned by it, or in the same file as a
        product that is not a system package.
        """
        wanted = parsed(product)
        if wanted is None:
            return False
        parts = self.packages.get(purl, ())
        paths = {place.path for part in parts for place in part.evidence}
        for whole in self.by_package.get(_package(wanted), ()):
            if self.is_package(product, whole):
                together = any(place.path in paths for outer in self.packages[whole] for place in outer.evidence)
                if any(part.owned_by == whole for part in parts) or (together and wanted.type not in _SYSTEM):
                    return True
        return False

    def owns(self, product: str, purl: str) -> bool:
        """Whether the package ``product`` owns all files of the package with this purl."""
        parts = self.packages.get(purl, ())
        return bool(parts) and all(part.owned_by and self.is_package(product, part.owned_by) for part in parts)

    def _is_oci(self, purl: Purl) -> bool:
        version = purl.version or ""
        tag = purl.qualifier("tag") or ""
        if purl.type == "docker" and version and not version.startswith("sha256:"):
            version, tag = "", version
        if version:
            return version in (self.image.digest, self.reference.digest)
        where = purl.qualifier("repository_url") or ""
        if purl.type == "docker":
            where = "/".join(filter(None, (where, purl.namespace, purl.name)))
        if not where:
            same = self.reference.repository.rpartition("/")[2] == purl.name
        else:
            repository = named(where).repository
            same = repository == self.reference.repository or f"{repository}/{purl.name}" == self.reference.repository
        return same and tag in ("", self.reference.tag)

    def _is_reference(self, wanted: Named) -> bool:
        if not wanted.repository or wanted.repository != self.reference.repository:
            return False
        if wanted.digest:
            return wanted.digest in (self.image.digest, self.reference.digest)
        return wanted.tag in ("", self.reference.tag)

    def _is_platform(self, cpe: str) -> bool:
        if self.distribution is None:
            return False
        parts = cpe.removeprefix("cpe:2.3:").removeprefix("cpe:/").split(":")
        id = _platforms().get(":".join(parts[1:3]))
        version, update = ([*parts[3:5], "", ""])[:2]
        if update.startswith("sp") and update[2:].isdigit():
            version = f"{version}.{update[2:]}"
        return id == _distribution(self.distribution.id) and _within(version.replace("*", ""), self.distribution.version)

    def _qualified(self, wanted: Purl, own: Purl) -> bool:
        """Whether the qualifiers that distinguish builds agree, if both have them. Other qualifiers are download
        locations.
        """
        arch, distro = wanted.qualifier("arch"), wanted.qualifier("distro")
        mine = own.qualifier("arch")
        if (
            arch
            and mine
            and arch not in _SOURCE
            and arch != mine
            and "all" not in (arch, mine)
            and "noarch" not in (arch, mine)
        ):
            return False
        return not distro or _is_distro(distro, own.qualifier("distro"), self.distribution)


@lru_cache(maxsize=8192)
def parsed(purl: str) -> Purl | None:
    """The parts of a package URL; None if the text is not a package URL."""
    try:
        return parse(purl)
    except ValueError:
        return None


def _same(wanted: Purl, own: Purl) -> bool:
    """Whether both are the same package. Without a version in ``wanted``, any version is the same."""
    if wanted.name != own.name:
        return False
    if _distribution(wanted.namespace or "") != _distribution(own.namespace or "") and not (
        wanted.namespace is None and own.type in _SYSTEM
    ):
        return False
    if wanted.version is None:
        return True
    return _version(wanted) == _version(own)


def _version(purl: Purl) -> tuple[str, str]:
    """The epoch and version. An rpm's epoch is a qualifier or precedes the version; the ``v`` of Go's versions may be
    missing.
    """
    version = purl.version or ""
    if purl.type == "rpm":
        epoch, colon, rest = version.rpartition(":")
        return (epoch if colon else purl.qualifier("epoch")) or "0", rest
    return "", version.removeprefix("v") if purl.type == "golang" else version


def _package(purl: Purl) -> tuple[str, str, str]:
    return purl.type, _distribution(purl.namespace or ""), purl.name


def _distribution(name: str) -> str:
    one = profile(name)
    return (one.brand or one.id) if one else name


@cache
def _platforms() -> Mapping[str, str]:
    """Maps names in the CPE dictionary to distributions."""
    return {cpe: _distribution(entry.id) for entry in profiles().values() for cpe in entry.cpes}


def _is_distro(wanted: str, own: str | None, distribution: Distribution | None) -> bool:
    """Whether the distributions agree (``debian-12``, ``debian-12.5``, ``bookworm``). They do if the package has none."""
    if own is None or wanted == own:
        return True
    if (
        distribution
        and distribution.codename
        and wanted in (distribution.codename, f"{distribution.id}-{distribution.codename}")
    ):
        return own in (distribution.id, f"{distribution.id}-{distribution.version}")
    id, _, version = wanted.rpartition("-")
    own_id, _, own_version = own.rpartition("-")
    return _distribution(id) == _distribution(own_id) and (_within(version, own_version) or _within(own_version, version))


def _within(release: str, version: str) -> bool:
    """Whether ``version`` is this release or one of its minor releases: 8.9 is within 8, 15.5 within 15.5."""
    return not release or version == release or version.startswith(release + ".")

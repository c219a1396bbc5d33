"""Which advisories judge the packages of a distribution: the namespace and how its feed names packages.

A namespace is ``id:release`` in the words of ``os-release``; how much of VERSION_ID names a release differs. Debian
without VERSION_ID is testing or unstable: the two cannot be told apart by their ``os-release``, and packages reach
testing with the version they had in unstable, so both are judged by ``debian:sid``.

A derivative that builds packages with its own versions, judged by its parent's advisories, would look vulnerable where
it is not, and the reverse. It is therefore named as not judged. For those that keep their parent's versions
(``derivatives``) the parent's advisories stand in, which is said and weighs less. CentOS Linux is judged as RHEL of the
same major release, and where a knowledge base has nothing of RHEL or Rocky Linux, AlmaLinux's advisories stand in.

**Source:** os-release(5); release notes of each distribution for its own versions.
"""

from msgspec import Struct

from careen.formats.pattern import pattern
from careen.model.package import Distribution, Package

from .derivatives import DERIVATIVES, followed
from .derivatives import REBUILDS as REBUILDS_WITHOUT_ADVISORIES


class Release(Struct, frozen=True):
    namespace: str  # "debian:12"
    title: str  # "Debian 12"
    by_source: bool = False  # an rpm feed that names source packages
    stand_in: str | None = None  # namespace of a rebuild with the same versions
    paid: str | None = None  # namespace of support beyond the ordinary, whose fixes only its customers get
    continued: bool = False  # it goes on with the same line of versions where the ordinary support has ended
    entitled: bool = False  # it is switched on here
    packages: str = "rpm"  # the type of the packages that it speaks of
    lifetime: str = ""  # the namespace under which the end of its own support is known, where it is another one
    own: str = ""  # expression of the versions of packages that a derivative changed


class _Family(Struct, frozen=True):
    title: str
    parts: int = 1  # of VERSION_ID that name a release; 0: rolling
    by_source: bool = False
    namespace: str | None = None  # where it is another's
    stand_in: str | None = None
    paid: str | None = None
    continued: bool = False
    packages: str = "rpm"


_FAMILIES = {
    "alma": _Family("AlmaLinux", namespace="almalinux"),
    "almalinux": _Family("AlmaLinux"),
    "alpaquita": _Family("Alpaquita Linux", packages="apk"),
    "alpine": _Family("Alpine", 2, packages="apk"),
    "amzn": _Family("Amazon Linux"),
    "anolis": _Family("Anolis OS"),
    "arch": _Family("Arch Linux", 0, packages="alpm"),
    "azurelinux": _Family("Azure Linux", 2, by_source=True),
    "bellsoft-hardened-containers": _Family("BellSoft Hardened Containers", packages="apk"),
    "centos": _Family("CentOS", namespace="rhel", stand_in="almalinux"),
    "chainguard": _Family("Chainguard OS", 0, packages="apk"),
    "debian": _Family("Debian", packages="deb"),
    "echo": _Family("Echo", 0, packages="deb"),
    "fedora": _Family("Fedora"),
    "freebsd": _Family("FreeBSD packages", 0, packages="freebsd"),
    "gentoo": _Family("Gentoo", 0, packages="ebuild"),
    "mariner": _Family("CBL-Mariner", 2, by_source=True),
    "minimos": _Family("MinimOS", 0, packages="apk"),
    "ol": _Family("Oracle Linux"),
    "openeuler": _Family("openEuler", 2, by_source=True),
    "opensuse": _Family("openSUSE Leap", 2, namespace="opensuse-leap"),  # until 42.3
    "opensuse-leap": _Family("openSUSE Leap", 2),
    "opensuse-tumbleweed": _Family("openSUSE Tumbleweed", 0),
    "photon": _Family("Photon OS", 2, by_source=True),
    "rhel": _Family("Red Hat Enterprise Linux", stand_in="almalinux"),
    "rocky": _Family("Rocky Linux", stand_in="almalinux"),
    "sle-micro": _Family("SUSE Linux Enterprise Micro", 2),
    "sl-micro": _Family("SUSE Linux Micro", 2),
    "sle_hpc": _Family("SUSE Linux Enterprise", 2, namespace="sles"),
    "sled": _Family("SUSE Linux Enterprise", 2, namespace="sles"),
    "sles": _Family("SUSE Linux Enterprise", 2, paid="sles-ltss", continued=True),
    "sles-ltss": _Family("SUSE Linux Enterprise LTSS", 2),
    "sles_sap": _Family("SUSE Linux Enterprise", 2, namespace="sles", paid="sles-ltss", continued=True),
    "ubuntu": _Family("Ubuntu", 2, paid="ubuntu-pro", packages="deb"),
    "ubuntu-pro": _Family("Ubuntu Pro", 2, packages="deb"),
    "wolfi": _Family("Wolfi", 0, packages="apk"),
}


_SERVICE_PACK = pattern(r"\((LTS(?:-[\w-]+)?)\)")
# Built from one source and numbered alike: where nothing is known of one, RHEL's advisories stand in.
REBUILDS = frozenset({"rhel", "almalinux", "rocky", "ol"}) | REBUILDS_WITHOUT_ADVISORIES


def release_of(distribution: Distribution) -> Release | None:
    """The release whose advisories judge this distribution's packages; None where no feed's words fit it."""
    if parent := followed(distribution):
        lifetime = parent.parent if parent.packages == "deb" else ""
        return Release(
            parent.namespace,
            parent.title,
            stand_in=parent.parent,
            packages=parent.packages,
            lifetime=lifetime,
            own=parent.own,
        )
    family = _FAMILIES.get(distribution.id)
    if family is None:
        return None
    id = family.namespace or distribution.id
    if family.parts == 0:
        return Release(id, family.title, packages=family.packages)
    release = _release(distribution, family.parts)
    if not release:
        return None
    return Release(
        f"{id}:{release}",
        f"{family.title} {release}",
        family.by_source,
        f"{family.stand_in}:{release}" if family.stand_in else None,
        f"{family.paid}:{release}" if family.paid else None,
        family.continued,
        distribution.extended,
        family.packages,
        _lifetime(distribution, id, release),
    )


def distribution_of(package: Package, image: Distribution | None) -> Distribution | None:
    """The distribution that the package's database is bound to, which need not be the image's."""
    if package.distro is None:
        return image
    if image and package.distro in (image.id, f"{image.id}-{image.version}", f"{image.id}-{image.codename}"):
        return image
    for id in sorted(DERIVATIVES.union(_FAMILIES), key=len, reverse=True):
        if package.distro == id or package.distro.startswith(id + "-"):
            return Distribution(id, package.distro[len(id) + 1 :])
    id, _, version = package.distro.rpartition("-")
    return Distribution(id or version, version if id else "")


def name_of(distribution: Distribution) -> str:
    """The distribution in words, whether we know it or not."""
    return distribution.pretty_name or " ".join(part for part in (distribution.id, distribution.version) if part)


def title_of(namespace: str) -> str:
    id, _, release = namespace.partition(":")
    return f"{_FAMILIES[id].title} {release}".strip() if id in _FAMILIES else namespace


def parent_of(distribution: Distribution) -> str | None:
    """A distribution that we know and that this one says it is like."""
    return next((_FAMILIES[id].title for id in distribution.id_like if id in _FAMILIES), None)


def _lifetime(distribution: Distribution, id: str, release: str) -> str:
    """Where the dates of support count releases otherwise than advisories do."""
    if distribution.id == "centos":
        return f"centos:{release}"  # it has RHEL's versions, but CentOS 8 ended seven years before RHEL 8
    if id == "amzn" and release == "1":
        return f"amzn:{distribution.version}"
    if id == "sles" and "." not in release:
        return f"sles:{release}.0"
    return ""


def _release(distribution: Distribution, parts: int) -> str:
    id, version = distribution.id, distribution.version
    if id == "openeuler" and (found := _SERVICE_PACK.search(distribution.pretty_name)):
        return f"{version}-{found[1].lower()}"  # VERSION_ID is the same for all of them
    if id == "debian" and not version[:1].isdigit():
        return "sid"
    if id == "alpine" and ("_" in version or "edge" in (version, distribution.codename) or not version):
        return "edge"  # VERSION_ID of edge is the next release with a suffix: 3.21.0_alpha20240807
    if id == "amzn" and "2000" < version[:4] < "2022" and version[:4].isdigit():
        return "1"  # Amazon Linux 1 was numbered by year and month
    return ".".join(version.partition("-")[0].split(".")[:parts])

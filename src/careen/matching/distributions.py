"""The advisories that assess the packages of a distribution: their namespace, and how the feed names packages.

A namespace is ``id:release`` in the words of ``os-release``; distributions differ in how much of VERSION_ID is the
release. Debian without VERSION_ID is testing or unstable: their ``os-release`` is the same, and packages reach testing
with the version that they have in unstable, so ``debian:sid`` assesses both.

The parent's advisories are wrong for a derivative that builds packages with its own versions, so such a derivative is
reported as not assessed. For those that keep their parent's versions (``derivatives``) the parent's advisories are
used; the report states that, and the confidence is lower. CentOS Linux is assessed as RHEL of the same major release.
If the database has no advisories for RHEL or Rocky Linux, AlmaLinux's are used.

An image may have packages of several releases, as pins and other sources install them. The feed of a release states its own
fixed versions, with which those of another release cannot be compared.

**Source:** os-release(5); Debian Developer's Reference 5.5 (uploads to stable); release notes of each distribution for its own
versions.
"""

import re
from functools import cache, lru_cache

from msgspec import Struct

from careen.distributions.profile import Profile, applied
from careen.distributions.registry import profile, profile_of, profiles
from careen.formats.debian.builds import without_backport
from careen.model.package import Distribution, Package

from .derivatives import followed, named


class Release(Struct, frozen=True):
    namespace: str  # "debian:12"
    title: str  # "Debian 12"
    by_source: bool = False  # its rpm feed is about source packages
    stand_in: str | None = None  # namespace of a rebuild with the same versions, whose advisories may be used instead
    paid: str | None = None  # namespace of paid support, whose fixes only its customers get
    continued: bool = False  # paid support continues the same line of versions after the end of life
    entitled: bool = False  # this machine receives paid support
    packages: tuple[str, ...] = ("rpm",)  # the types of packages that its advisories cover
    lifetime: str = ""  # the namespace under which its end of life is listed; "" if it is ``namespace``
    changed: str = ""  # a regular expression for versions of packages that a derivative changed
    rebuild: bool = False  # it rebuilds the packages of another distribution, whose namespace it has


@lru_cache(maxsize=1024)  # it is called for every package
def release_of(distribution: Distribution) -> Release | None:
    """The release whose advisories assess this distribution's packages; None if no feed covers it."""
    if parent := followed(distribution):
        own = profile_of(parent.namespace)
        lifetime = parent.parent if "deb" in parent.packages and not (own and own.support.product) else ""
        return Release(
            parent.namespace,
            parent.title,
            stand_in=parent.parent,
            packages=parent.packages,
            lifetime=lifetime,
            changed=parent.own,
        )
    one = profile(distribution.id)
    if one is None or one.follows or not one.packages:
        return None
    advisories = one.advisories
    id = advisories.namespace or one.id
    if one.releases.parts == 0:
        return Release(id, one.title, packages=one.packages)
    release = _release(distribution, one)
    if not release:
        return None
    return Release(
        f"{id}:{release}",
        f"{one.title} {release}",
        advisories.by_source,
        f"{advisories.stand_in}:{release}" if advisories.stand_in else None,
        f"{advisories.paid}:{release}" if advisories.paid else None,
        advisories.continued,
        distribution.extended,
        one.packages,
        _lifetime(distribution, one, release),
        rebuild=id != one.id,
    )


def distribution_of(package: Package, image: Distribution | None) -> Distribution | None:
    """The distribution of the database that lists the package, which may differ from the image's; None if unknown. A
    package with the mark of another release of Debian (``+deb12u3``) is of that release, wherever it is installed.
    """
    stated = package.distro
    names = (image.id, f"{image.id}-{image.version}", f"{image.id}-{image.codename}") if image else ()
    listed = image if stated is None or stated in names else _bound(stated)
    return _marked(package.version, listed) if package.type == "deb" and listed and listed.version else listed


def label_of(distribution: Distribution) -> str:
    """ID and version as in os-release, such as ``debian-12``."""
    return "-".join(filter(None, (distribution.id, distribution.version)))


def name_of(distribution: Distribution) -> str:
    """The name of a distribution for display, supported or not."""
    return distribution.pretty_name or " ".join(part for part in (distribution.id, distribution.version) if part)


def title_of(namespace: str) -> str:
    found, release = profile_of(namespace), namespace.partition(":")[2]
    return f"{found.title} {release}".strip() if found else namespace


def parent_of(distribution: Distribution) -> str | None:
    """The title of the first known distribution in ID_LIKE; None if it names none."""
    known = (profile(id) for id in distribution.id_like)
    return next(
        (found.title for found in known if found and found.packages and not found.follows),
        None,
    )


def line_of(id: str) -> str:
    """The ID of the distribution whose versions the distribution ``id`` has (its line); "" if none. Advisories of one
    distribution of a line may be used for all of them.
    """
    one = profiles().get(id)
    if one is None:
        return ""
    parent = profiles().get(one.follows.parent) if one.follows else None
    return one.advisories.line or (parent.advisories.line if parent else "")


def _marked(version: str, listed: Distribution) -> Distribution:
    one = profile(listed.id)
    found = re.search(one.builds.deb_release, version) if one and one.builds.deb_release else None
    if one is None or found is None or found[1] == _release(listed, one):
        return listed
    if without_backport(version) != version:  # its mark is that of the version from which it was backported
        return listed
    return _bound(f"{listed.id}-{found[1]}")


@lru_cache(maxsize=1024)
def _bound(distro: str) -> Distribution:
    """The distribution in a package's field ``distro``, such as "debian-12" or "opensuse-leap-15.6"."""
    for id in _ids():
        if distro == id or distro.startswith(id + "-"):
            return Distribution(id, distro[len(id) + 1 :])
    id, _, version = distro.rpartition("-")
    return Distribution(id or version, version if id else "")


@cache
def _ids() -> tuple[str, ...]:
    """The ids of all profiles, the longest first, because an id may be the prefix of another."""
    return tuple(sorted(profiles(), key=len, reverse=True))


def _lifetime(distribution: Distribution, one: Profile, release: str) -> str:
    """The namespace of the end of life, if support counts releases differently than advisories; else ""."""
    assessed_as = profiles().get(one.advisories.namespace, one)
    rules = (*one.support.named, *assessed_as.support.named)
    return applied(rules, release, version=distribution.version, release=release) or ""


def _release(distribution: Distribution, one: Profile) -> str:
    release = named(distribution, one.releases.named)
    if release is not None:
        return release.lower()
    return ".".join(distribution.version.partition("-")[0].split(".")[: one.releases.parts])

"""Debian's releases: the names of suites in its archive and tracker, and the numbers that ``os-release`` has.

**Source:** release names of debian.org; distro-info-data.
"""

from collections.abc import Mapping

from careen.distributions.profile import Profile
from careen.distributions.registry import profiles

DEBIAN = "debian"


def debian() -> Profile:
    return profiles()[DEBIAN]


def versions() -> Mapping[str, str]:
    """Releases by codename, the oldest first."""
    return debian().releases.codenames


def unstable() -> str:
    """The namespace of unstable, which never becomes a release."""
    return namespace_of(debian().releases.rolling)


def namespace_of(codename: str) -> str:
    """The namespace of a release's advisories: "debian:12"."""
    return f"{DEBIAN}:{versions().get(codename, codename)}"


def codename_of(namespace: str) -> str | None:
    """The codename of a namespace such as "debian:12"; None for another distribution, or for an unknown release."""
    distribution, _, version = namespace.partition(":")
    if distribution != DEBIAN:
        return None
    return version if version == debian().releases.rolling else debian().codename_of(version) or None

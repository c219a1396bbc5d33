"""Distributions that take over or rebuild another one's packages with its versions and publish no advisories themselves.

Their parent's advisories stand in, which is said and weighs less. A package that they changed bears their mark in its
version and is not judged: nobody says what it mends. Kali imports Debian's testing branch, Devuan and the relatives of
Ubuntu take most packages over as they are, Raspberry Pi OS compiles Debian's for older processors. Rebuilds of Red Hat
Enterprise Linux keep its versions; CentOS Stream, from which its next minor release comes, is ahead of them.

**Source:** release notes of each distribution, which say what its releases build on.
"""

from collections.abc import Mapping

from msgspec import Struct

from careen.model.package import Distribution


class Derivative(Struct, frozen=True):
    title: str
    parent: str  # whose releases are numbered alike, unless ``releases`` says otherwise
    releases: Mapping[str, str] = {}  # by the first number of its VERSION_ID, or "" for all: the parent's namespace
    parts: int = 1  # of VERSION_ID that name a release; 0: rolling
    own: str = ""  # expression of the versions of packages that it changed
    packages: str = "deb"


_REBUILD = "almalinux"
_UBUNTU_BY_MINT = {str(18 + step): f"ubuntu:{16 + 2 * step}.04" for step in range(5)}
_DEBIAN_BY_LMDE = {"4": "debian:10", "5": "debian:11", "6": "debian:12", "7": "debian:13"}

_DERIVATIVES = {
    "centos-stream": Derivative("CentOS Stream", _REBUILD, packages="rpm"),
    "circle": Derivative("Circle Linux", _REBUILD, packages="rpm"),
    "cloudlinux": Derivative("CloudLinux OS", _REBUILD, own=r"\.cloudlinux|\.clos", packages="rpm"),
    "devuan": Derivative(
        "Devuan",
        "debian",
        {"2": "debian:9", "3": "debian:10", "4": "debian:11", "5": "debian:12", "6": "debian:13", "": "debian:sid"},
        own="devuan",
    ),
    "elementary": Derivative(
        "elementary OS", "ubuntu", {"5": "ubuntu:18.04", "6": "ubuntu:20.04", "7": "ubuntu:22.04", "8": "ubuntu:24.04"}
    ),
    "eurolinux": Derivative("EuroLinux", _REBUILD, packages="rpm"),
    "kali": Derivative("Kali Linux", "debian", {"": "debian:sid"}, parts=0, own="kali"),
    "linuxmint": Derivative("Linux Mint", "ubuntu", {**_UBUNTU_BY_MINT, **_DEBIAN_BY_LMDE}, own="mint"),
    "miraclelinux": Derivative("MIRACLE LINUX", _REBUILD, packages="rpm"),
    "neon": Derivative("KDE neon", "ubuntu", parts=2, own="neon"),
    "opensuse-microos": Derivative(
        "openSUSE MicroOS", "opensuse-tumbleweed", {"": "opensuse-tumbleweed"}, parts=0, packages="rpm"
    ),
    "pop": Derivative("Pop!_OS", "ubuntu", parts=2, own=r"pop\d|~\d{10}~"),
    "raspbian": Derivative("Raspberry Pi OS", "debian", own=r"\+rpi|\+rpt|\+rvt"),
    "scientific": Derivative("Scientific Linux", _REBUILD, packages="rpm"),
    "springdale": Derivative("Springdale Linux", _REBUILD, packages="rpm"),
    "virtuozzo": Derivative("Virtuozzo Linux", _REBUILD, packages="rpm"),
    "zorin": Derivative(
        "Zorin OS", "ubuntu", {"15": "ubuntu:18.04", "16": "ubuntu:20.04", "17": "ubuntu:22.04", "18": "ubuntu:24.04"}
    ),
}
DERIVATIVES = frozenset(_DERIVATIVES)
REBUILDS = frozenset(id for id, one in _DERIVATIVES.items() if one.parent == _REBUILD)


class Followed(Struct, frozen=True):
    namespace: str  # its own, of which nobody speaks
    title: str
    parent: str  # the namespace that stands in
    packages: str
    own: str


def followed(distribution: Distribution) -> Followed | None:
    """None where it is no derivative that we know, or nobody says what this release of it builds on."""
    id = "centos-stream" if distribution.id == "centos" and _is_stream(distribution) else distribution.id
    one = _DERIVATIVES.get(id)
    if one is None:
        return None
    release = ".".join(distribution.version.split(".")[: one.parts])
    numbered_alike = f"{one.parent}:{release}" if release[:1].isdigit() else None
    parent = one.releases.get(release) if one.releases else numbered_alike
    if parent is None:
        return None
    return Followed(f"{id}:{release}" if release else id, f"{one.title} {release}".strip(), parent, one.packages, one.own)


def _is_stream(centos: Distribution) -> bool:
    """A bill of materials may have the number alone; after 8 there was no other CentOS."""
    return "centos stream" in centos.pretty_name.lower() or centos.version.partition(".")[0] in ("9", "10")

"""Software found in an image, and the evidence for it."""

import re
from functools import lru_cache
from typing import Literal
from urllib.parse import quote as quote_strictly

from msgspec import Struct

from .origin import Origin

Presence = Literal["present", "partial", "absent", "shadowed", "declared"]
Vendor = Literal["distribution", "third_party", "unknown"]

GUESSED = 0.5  # below this confidence the name or the version is a guess: the coordinates of a Java archive may not exist

# purl types whose namespace is before the last slash of a package's name
JOINED_BY_SLASH = (
    *("npm", "golang", "composer", "jsr", "generic"),
    *("swift", "terraform", "huggingface", "vscode-extension", "ebuild"),
)


_NEVER_QUOTED = re.compile(r"[A-Za-z0-9_.~-]*")


def quote(text: str, safe: str) -> str:
    """The text percent-encoded. Lone surrogates become ``?``, so that every name has a purl."""
    return text if _NEVER_QUOTED.fullmatch(text) else quote_strictly(text, safe=safe, errors="replace")


class Evidence(Struct, frozen=True, gc=False):
    """Where something was found: a path without leading slash, and the index of the layer."""

    path: str
    layer: int


class Source(Struct, frozen=True, gc=False):
    """The source package a binary package was built from (Debian ``Source:``, Alpine ``o:``, rpm ``SOURCERPM``)."""

    name: str
    version: str


class Package(Struct, frozen=True, omit_defaults=True):
    """A package. ``name`` and ``version`` are as the ecosystem writes them (Maven ``group:artifact``, npm
    ``@scope/name``, Go module path and ``v1.2.3``, deb and rpm with the epoch, if there is one).
    """

    type: str  # purl type
    namespace: str | None  # purl namespace if the name does not contain it: the distribution of deb, apk, rpm
    name: str
    version: str
    source: Source | None = None
    arch: str | None = None
    distro: str | None = None  # "debian-12": of the os-release beside the package database
    module: str | None = None  # rpm modularity label, "nodejs:18:8090020231017:rhel8"; slot of an ebuild
    licenses: tuple[str, ...] = ()
    maintainer: str | None = None  # who packaged it, by the database: distinguishes third-party packages
    cataloger: str = ""
    confidence: float = 1.0
    presence: Presence = "present"
    vendor: Vendor = "unknown"
    owned_by: str | None = None  # purl of the package that owns the files
    evidence: tuple[Evidence, ...] = ()
    cpe: str | None = None  # CPE 2.3 of exactly this version, if the cataloger has the product's name in that dictionary
    origin: Origin | None = None  # of code that no package lists: it has the versions, ``version`` is the only one or ""

    @property
    def purl(self) -> str:
        """Package URL. Source: purl-spec, PURL-SPECIFICATION.rst and PURL-TYPES.rst."""
        return _purl(self.type, self.namespace, self.name, self.version, self.arch, self.distro)


class Distribution(Struct, frozen=True):
    """A Linux distribution and release, from ``os-release`` or an older release file."""

    id: str  # os-release ID: "debian"
    version: str  # VERSION_ID: "12", "3.18.4"; "" if the file has none (Debian sid, Wolfi)
    codename: str = ""
    id_like: tuple[str, ...] = ()
    pretty_name: str = ""
    evidence: Evidence | None = None
    extended: bool = False  # paid support is switched on: Ubuntu Pro


@lru_cache(maxsize=1 << 16)  # one scan needs it several times for each package
def _purl(type: str, namespace: str | None, name: str, version: str, arch: str | None, distro: str | None) -> str:
    if type == "maven":
        namespace, _, name = name.rpartition(":")
    elif type in JOINED_BY_SLASH:
        namespace, _, name = name.rpartition("/")
    elif type == "github":
        namespace, _, name = name.partition("/")
        repository, slash, within = name.partition("/")
        namespace, name = namespace.lower(), repository.lower() + slash + within
    elif type == "pypi":
        name = name.lower().replace("_", "-")
    qualifiers = []
    if arch:
        qualifiers.append(f"arch={quote(arch, safe='')}")
    if distro:
        qualifiers.append(f"distro={quote(distro, safe='.:')}")
    if type == "rpm" and ":" in version:
        epoch, _, version = version.partition(":")
        qualifiers.append(f"epoch={epoch}")
    subpath = ""
    if type in ("github", "cocoapods"):
        name, _, within = name.partition("/")
        subpath = "#" + "/".join(quote(part, safe="") for part in within.split("/")) if within else ""
    space = "/".join(quote(part, safe="") for part in namespace.split("/")) + "/" if namespace else ""
    tail = "?" + "&".join(sorted(qualifiers)) if qualifiers else ""
    at = f"@{quote(version, safe=':~')}" if version else ""
    return f"pkg:{type}/{space}{quote(name, safe='')}{at}{tail}{subpath}"

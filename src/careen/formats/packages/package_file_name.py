"""The package that a package's file name describes, if it follows the rule of its format.

``name-version-release.arch.rpm``, ``name_version_arch.deb``, ``name-version-rN.apk``, pacman's
``name-version-release-arch.pkg.tar.zst``, wheels, gems, the registry's ``/name/-/name-version.tgz``, jars in the layout of a
Maven repository, and releases of well-known code hosts. An alias such as ``mysql-community-release-el7.rpm`` follows no rule:
it has a name and the distribution that it is for, but no version.
**Source:** rpm file names (NEVRA); deb(7) and Debian Policy 5.6; apk-tools; PEP 427 and PEP 625; RubyGems, Gem naming;
Maven, "Repository layout"; .NET, release notes; go.dev, "All releases"; sqlite.org, "How To Download Canonical SQLite
Source Code"; the download pages of Elastic and MongoDB.
"""

import re
from functools import cache
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from careen.distributions.registry import profiles

from .java_runtime import runtime_of_archive
from .nevra import parse_nevra

MAX_LENGTH = 2000  # of a name or address
_RPM_ARCH = frozenset(
    (
        "noarch",
        "x86_64",
        "i386",
        "i486",
        "i586",
        "i686",
        "aarch64",
        "armv7hl",
        "ppc64",
        "ppc64le",
        "s390",
        "s390x",
        "riscv64",
        "src",
    )
)
_DEB_ARCH = frozenset(
    ("all", "amd64", "arm64", "armel", "armhf", "i386", "mips64el", "ppc64el", "riscv64", "s390x", "loong64", "any")
)
_HOSTED = re.compile(
    r"/(?P<owner>[\w.-]+)/(?P<repo>[\w.-]+)/(?:-/)?(?:releases/download/(?P<tag>[^/]+)/|archive/(?:refs/tags/)?(?P<archive>[^/]+?)\.(?:tar\.\w+|tgz|zip)$|"
    r"(?:tarball|zipball|(?:legacy\.)?(?:tar\.gz|zip))/(?:refs/tags/)?(?P<ball>[^/]+)$)"
)
# The group follows the repository: "maven2", or a name after "repository" (Nexus) or "artifactory"; or it begins with a domain.
_MAVEN = re.compile(
    r"/(?:(?:maven2|(?:repository|artifactory)/[\w.-]+)/(?P<group>[\w-]+(?:/[\w-]+){0,15})"
    r"|(?P<domain>(?:com|org|net|dev|edu|info|[a-z]{2})(?:/[\w-]+){1,15}))/(?P<name>[\w.-]+)/(?P<version>\d[\w.+-]*)"
    r"/(?P=name)-(?P=version)(?:-[\w.]+)?\.(?:jar|war|ear|aar)$"
)
_JAR = re.compile(r"([A-Za-z][\w.]*(?:-[A-Za-z_][\w.]*)*)-(\d[\w.-]*)\.jar$")
_DOTNET = re.compile(r"(dotnet|aspnetcore)-runtime-(\d+\.\d+\.\d+)-(linux(?:-musl)?-[a-z\d]+)\.tar\.gz$")
_SIGNATURE = re.compile(
    r"\.(?:asc|sign?|md5|sha\d+(?:sum)?s?|minisig|sigstore|pem|crt|cert|sbom|intoto\.jsonl)$", re.IGNORECASE
)
_VERSION = r"\d+(?:\.\d+)+(?:[-._]?(?:rc|alpha|beta|a|b|pre|dev|post|p)\.?\d*|[a-z](?![^\W_]))?"
_ARCHIVE = re.compile(r"\.(?:tar(?:\.(?:gz|bz2|xz|zst|lz|lzma|Z))?|tgz|tbz2?|txz|zip|gz|bz2|xz|zst|war)$")
_AFTER_FILE = re.compile(r"(?<=[.\w]\w\w)/(?:download|from/(?:a|this)/mirror)$")  # of SourceForge, and of PHP's mirrors
_PACMAN = re.compile(r"([a-z\d@_+][\w@.+-]*)-((?:\d+:)?[^-/]+-[\d.]+)-(x86_64|any|i686|aarch64|armv7h)\.pkg$")
# How makers name packages for all distributions: elasticsearch-7.17.0-amd64.deb. Two numbers may be a release's.
_PLAIN = re.compile(
    r"(?P<name>[a-z][a-z\d+-]*?)-(?P<version>\d+(?:\.\d+){2,3}(?:-\d{1,3})?)(?:[-_.](?P<arch>amd64|arm64|x86_64|aarch64))?"
)
_MACHINE = re.compile(r"-(?:linux|darwin|macos|osx|windows)-(?:x86_64|x64|amd64|arm64|aarch64)(?:-[a-z]+\d*)?(?=-\d+\.)")
_GO = re.compile(r"go(\d+\.\d+(?:\.\d+)?(?:rc\d+|beta\d+)?)\.(?:src$|[a-z])")
_SQLITE = re.compile(r"sqlite-(?:autoconf|amalgamation|src|preprocessed|tools-[\w-]{1,20})-(\d)(\d\d)(\d\d)(\d\d)$")
_UNDERSCORES = re.compile(r"([A-Za-z][A-Za-z-]{0,40})_(\d{1,3}(?:_\d{1,3}){1,3})")
_FOLDER = re.compile(r"(?<=/)v?(\d+(?:\.\d+){1,3})(?=/)")
_PROGRAM = re.compile(r"(?!install|setup|get|key|gpg|public)[a-z][a-z\d_-]*")
CODE_HOSTS = ("github.com", "gitlab.com", "codeload.github.com", "bitbucket.org", "codeberg.org")


class FileName(Struct, frozen=True):
    kind: str  # purl type: "rpm", "deb", "apk", "alpm", "pypi", "gem", "npm", "maven", "github", "generic"
    name: str
    version: str = ""  # with epoch and release, as the format writes it; "" if the name has none
    arch: str | None = None
    distribution: str = ""  # "el7": the distribution that it is for

    @property
    def resolved(self) -> bool:
        return self.version != ""


def read_address(url: str) -> FileName | None:
    """The package in an address; None if it is neither a package nor an archive."""
    if len(url) > MAX_LENGTH:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = _AFTER_FILE.sub("", unquote(parts.path))
    name = path.rpartition("/")[2]
    if _SIGNATURE.search(name):
        return None
    if "$" not in path and (java := runtime_of_archive(name)):
        return FileName("generic", "openjdk", java)
    if hosted := _of_host(parts.hostname or "", path):
        return hosted
    if "$" in name:  # a variable with an unknown value
        kind = next((kind for suffix, kind in _KINDS.items() if name.endswith(suffix)), "generic")
        return FileName(kind, _ARCHIVE.sub("", name))
    if "$" in path:
        return read_name(name)
    registry = re.search(r"/((?:@[\w.-]+/)?[\w.-]+)/-/[\w.-]+?-(\d+\.\d+\.\d+[\w.+-]*)\.tgz$", path)
    if registry:
        return FileName("npm", registry[1], registry[2])
    maven = _MAVEN.search(path)
    if maven:
        group = (maven["group"] or maven["domain"]).replace("/", ".")
        return FileName("maven", f"{group}:{maven['name']}", maven["version"])
    if runtime := _DOTNET.fullmatch(name):
        product = "AspNetCore" if runtime[1] == "aspnetcore" else "NETCore"
        return FileName("nuget", f"Microsoft.{product}.App.Runtime.{runtime[3]}", runtime[2])
    return _with_folder(read_name(name), name, path)


def _of_host(host: str, path: str) -> FileName | None:
    """The release of a repository on a code host; variables may be in the name of its file alone."""
    found = _HOSTED.search(path) if host in CODE_HOSTS else None
    tag = (found["tag"] or found["archive"] or found["ball"]) if found else ""
    if found is None or "$" in found["owner"] + found["repo"] + tag:
        return None
    kind = host.removeprefix("codeload.").partition(".")[0]
    kind = kind if kind in ("github", "gitlab", "bitbucket") else "generic"
    named = tag not in ("latest", "master", "main", "HEAD")
    return FileName(kind, f"{found['owner']}/{found['repo']}", tag if named else "")


def _with_folder(found: FileName | None, name: str, path: str) -> FileName | None:
    """The package with the version in its folders, if it is a program or archive whose name has none:
    ``/v1.2.3/bin/amd64/tool``."""
    program = found is None and _PROGRAM.fullmatch(name) is not None
    version = _FOLDER.findall(path.rpartition("/")[0] + "/") if program or (found and found.kind == "generic") else []
    if len(set(version)) != 1 or (found is not None and found.version):
        return found
    stated = found.name if found else name
    bare = stated.removesuffix(version[0]).rstrip("-_v.") if stated != version[0] else stated  # kafka_2.13-3.6.0
    return FileName("generic", bare, version[0])


def read_name(name: str) -> FileName | None:
    if len(name) > MAX_LENGTH:
        return None
    suffix = next((suffix for suffix in _KINDS if name.endswith(suffix)), "")
    if suffix:
        return _READERS[suffix](name.removesuffix(suffix))
    if jar := _JAR.fullmatch(name):
        return FileName("maven", jar[1], jar[2])
    archive = _ARCHIVE.search(name)
    return _archive(name[: archive.start()]) if archive else None


@cache
def _dist() -> re.Pattern[str]:
    """The end of an rpm's name that marks its distribution: "el9", "rocky9", "sle15"."""
    tagged = [distro for distro in profiles().values() if distro.builds.always_tagged]
    names = {name for distro in tagged for name in (distro.id, *distro.aliases, *distro.builds.dist_tags)}
    return re.compile(rf"[-_.]((?:{'|'.join(sorted(names))}|sles?)\d+)$")


def _rpm(stem: str) -> FileName:
    try:
        found = parse_nevra(stem)
    except ValueError:
        found = None
    if found is not None and found.arch in _RPM_ARCH and re.search(r"\d", found.version):  # "latest" is not a version
        dist = _dist().search(f"-{found.release.rpartition('.')[2]}") or _dist().search(f"-{found.version}")
        return FileName("rpm", found.name, found.evr, found.arch, dist[1] if dist else "")
    if plain := _PLAIN.fullmatch(stem):
        return FileName("rpm", plain["name"], plain["version"], plain["arch"])
    arch = stem.rpartition(".")[2]
    bare = stem.removesuffix(f".{arch}") if arch in _RPM_ARCH else stem
    dist = _dist().search(bare)
    return FileName(
        "rpm", bare[: dist.start()] if dist else bare, arch=arch if bare != stem else None, distribution=dist[1] if dist else ""
    )


def _deb(stem: str) -> FileName:
    parts = stem.split("_")
    if len(parts) == 3 and parts[2] in _DEB_ARCH and re.fullmatch(r"(?:\d+:)?\d[\w.+:~-]*", parts[1]):
        return FileName("deb", parts[0], parts[1], parts[2])
    if plain := _PLAIN.fullmatch(stem):
        return FileName("deb", plain["name"], plain["version"], plain["arch"])
    arch = re.search(r"[-_.](" + "|".join(_DEB_ARCH) + r")$", stem)
    return FileName("deb", stem[: arch.start()] if arch else stem, arch=arch[1] if arch else None)


def _apk(stem: str) -> FileName:
    found = re.fullmatch(r"(.+)-(\d[\w.]*-r\d+)", stem)
    return FileName("apk", found[1], found[2]) if found else FileName("apk", stem)


def _wheel(stem: str) -> FileName:
    parts = stem.split("-")
    return FileName("pypi", parts[0].replace("_", "-"), parts[1]) if len(parts) in (5, 6) else FileName("pypi", stem)


def _gem(stem: str) -> FileName:
    found = re.fullmatch(r"([\w.-]+?)-(\d+(?:\.\w+)*)(?:-[a-z][\w-]*)?", stem)
    return FileName("gem", found[1], found[2]) if found else FileName("gem", stem)


def _archive(stem: str) -> FileName:
    """The package of ``name-1.2.3``, ``boost_1_70_0`` or ``go1.21``, perhaps with operating system and machine after it;
    other names stay complete."""
    pacman = _PACMAN.match(stem)
    if pacman:
        return FileName("alpm", pacman[1], pacman[2], pacman[3])
    if go := _GO.match(stem):  # advisories name the toolchain by its library
        return FileName("golang", "stdlib", go[1])
    if sqlite := _SQLITE.match(stem):
        version = [int(sqlite[1]), int(sqlite[2]), int(sqlite[3]), int(sqlite[4])]
        return FileName("generic", "sqlite", ".".join(map(str, version if version[3] else version[:3])))
    if underscores := _UNDERSCORES.fullmatch(stem):
        return FileName("generic", underscores[1], underscores[2].replace("_", "."))
    found = re.fullmatch(
        rf"([A-Za-z][\w.+-]*?[A-Za-z]|[A-Za-z])(?:[-_]v?|(?=\d+\.\d+\.\d))({_VERSION})(?:-\d{{1,2}})?(?:[-_.](?:[A-Za-z]\w*(?:[-_.]\w+)*))?",
        _MACHINE.sub("", stem),
    )
    return FileName("generic", found[1], found[2]) if found else FileName("generic", stem)


_KINDS = {".rpm": "rpm", ".deb": "deb", ".apk": "apk", ".whl": "pypi", ".gem": "gem"}
_READERS = {".rpm": _rpm, ".deb": _deb, ".apk": _apk, ".whl": _wheel, ".gem": _gem}

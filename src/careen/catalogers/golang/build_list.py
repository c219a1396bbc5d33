"""The parts that a Go executable was built from: its toolchain, its main module and the modules of its build list.

A replaced module counts as its replacement; one replaced by a folder keeps its name and has no version, as that is unknown.
The main module's version is, in this order: a recorded release; one that the linker set (``-ldflags "-X main.version=…"``); a
version among the texts that the linker wrote; that of the folder in which it was built (``acme-1.2.3``); the only version
among its short constants; a recorded pseudo-version; one from the commit; else "". A version that only the texts show is of
the major version in the module's path. If the program was built without modules (``GO111MODULE=off``, the Go tools
themselves), its name is that of the repository in the path of the main package, else the path before ``/cmd/``. Before Go
1.18 that path is not recorded: it is that of the only ``main.go`` then.
**Source:** Go, src/runtime/debug/mod.go (module text); Go Modules Reference, "Pseudo-versions".
"""

import msgspec
from msgspec import Struct

from careen.formats.binaries.go_build_info import BuildInfo
from careen.safety.pattern import pattern

MAX_MODULES = 20_000
VERSION_NAMES = (
    *("version", "ver", "appversion", "buildversion", "gitversion", "releaseversion", "semver", "tag", "gittag"),
    *("programversion", "cliversion", "currentversion", "coreversion", "serverversion", "clientversion", "projectversion"),
)

_DEVELOPMENT = "(devel)"
_NO_PACKAGE = "command-line-arguments"  # built from a list of files
_LINKER_FLAG = pattern(r"""-X[ =]+["']?([^\s"'=]{1,200})=([^\s"']{1,100})""")
_VERSION = pattern(r"v?\d+\.\d+(\.\d+)?(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
_TOOLCHAIN = pattern(r"(?:devel )?go(\d+)\.(\d+)(?:\.(\d+))?(?:(beta|rc)(\d+))?")
_RELEASE = pattern(r"v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
# Of a package of a distribution: "1.9.0-1+b4". In semantic versions that would be before 1.9.0.
_REVISION = pattern(r"-\d+(?:\.\d+)*(?:(?:ubuntu|build|\+b|\+deb)[\w.+]*)?")
_REPACKED = pattern(r"[+~](?:dfsg|ds|repack|really)[\w.]*|-(?:dfsg|ds)\d*")
_PSEUDO = pattern(r"v\d+\.\d+\.\d+-(?:[0-9A-Za-z.-]+\.)?\d{14}-[0-9a-f]{12}(?:\+[0-9A-Za-z.-]+)?")
_OF_MAJOR = pattern(r".*/v([2-9]|[1-9]\d{1,2})")
_REPOSITORY = pattern(
    r"(?:(?:github|gitlab)\.com|bitbucket\.org|codeberg\.org)/[^/]+/[^/]+(?:/v\d{1,3}(?=/))?|.*?/v\d{1,3}(?=/)"
)
_FILE_NAME = pattern(
    r"([A-Za-z][\w+-]{1,60}?)(?:[-_.](?:linux|darwin|windows|freebsd))?(?:[-_.](?:amd64|arm64|x86_64|aarch64|arm|386))?(?:\.exe)?"
)
_TOOLS = "cmd/"  # of the toolchain, which has their version
_MAIN_FILE = pattern(r"(?:/(?:[^/]{1,80}/){1,12}?src/)?([\w-]{1,40}(?:\.[\w-]{1,40}){1,4}(?:/[\w.+~-]{1,80}){1,10})/main\.go")
_BUILD_FOLDER = pattern(
    r"/(?:[^/]{1,80}/){1,8}?(?!go-)[A-Za-z][\w.+-]{0,60}?-v?(\d{1,4}\.\d{1,4}(?:\.\d{1,5})?(?:[-+~][\w.+~-]{1,40})?)/.*"
)
_TIME = pattern(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z")


class Module(Struct, frozen=True, gc=False, array_like=True):
    path: str
    version: str
    confidence: float = 1.0


class Binary(Struct, frozen=True, gc=False, tag="binary"):
    toolchain: str  # "go1.22.1 X:loopvar"
    main: Module | None
    modules: tuple[Module, ...]
    package: str = ""  # path of the main package
    names: bytes = b""  # of its functions, with a NUL before each, compressed; b"" if they are not readable


def read_build_list(info: BuildInfo, file_name: str = "") -> Binary:
    """Reads the module text: lines of a word and fields, separated by tabs; ``=>`` replaces the module of the line before.

    ``file_name`` is the name of a program of which only the version is known.
    """
    path, main, settings = "", None, {}
    modules: list[Module] = []
    for line in info.modules.split("\n"):
        word, *fields = line.split("\t")
        if word == "path" and fields:
            path = fields[0]
        elif word == "mod" and fields and fields[0]:
            main = Module(fields[0], fields[1] if len(fields) > 1 else "")
        elif word == "dep" and fields and fields[0] and len(modules) < MAX_MODULES:
            modules.append(Module(fields[0], _released(fields[1] if len(fields) > 1 else "")))
        elif word == "=>" and fields and modules:
            modules[-1] = _replaced(modules[-1], fields)
        elif word == "build" and fields:
            key, _, value = fields[0].partition("=")
            settings[key] = _unquoted(value)
    if main is None and (package := path if path not in ("", _NO_PACKAGE) else _main_package(info.main_files)):
        main = Module(_repository(package), "")
    if main is None and (named := _FILE_NAME.fullmatch(file_name)) and (version := _written_version("", info)):
        main = Module(named[1], version, 0.4)
    if main and (not _released(main.version) or _PSEUDO.fullmatch(main.version)):
        main = _main(main, path, settings, info)
    return Binary(info.version, main, tuple(modules), path)


def standard_library_version(toolchain: str) -> str:
    """``go1.21rc2`` is 1.21.0-rc.2, as advisories write it; experiments and vendors' suffixes are dropped."""
    found = _TOOLCHAIN.match(toolchain)
    if not found:
        return ""
    major, minor, patch, stage, number = found.groups()
    if stage:
        return f"{major}.{minor}.{patch or 0}-{stage}.{number}"
    if toolchain.startswith("devel"):
        return f"{major}.{minor}.0-devel"  # on the way to that release
    return f"{major}.{minor}.{patch}" if patch else f"{major}.{minor}"


def _released(version: str) -> str:
    return "" if version == _DEVELOPMENT else version


def _replaced(module: Module, fields: list[str]) -> Module:
    name, version = fields[0], _released(fields[1]) if len(fields) > 1 else ""
    if not name or name.startswith((".", "/")) or name[1:3] in (":\\", ":/"):
        return Module(module.path, "")  # a folder
    return Module(name, version)


def _main(module: Module, package: str, settings: dict[str, str], info: BuildInfo) -> Module:
    linked = _linked_version(module.path, package, settings.get("-ldflags", ""))
    if linked:
        return Module(module.path, linked, 0.9)
    if not module.path.startswith(_TOOLS) and (version := _written_version(module.path, info)):
        return Module(module.path, version, 0.4)
    if _released(module.version):
        return module
    time = _TIME.fullmatch(settings.get("vcs.time", ""))
    revision = settings.get("vcs.revision", "")
    if time and len(revision) >= 12:
        dirty = "+dirty" if settings.get("vcs.modified") == "true" else ""
        return Module(module.path, f"v0.0.0-{''.join(time.groups())}-{revision[:12]}{dirty}", 0.5)
    return Module(module.path, "")


def _written_version(path: str, info: BuildInfo) -> str:
    """The only version among the texts of the first kind that has one of the module's major version."""
    others = [version for version in info.constants if f"\tv{version.removeprefix('v')}\t" not in info.modules]
    built = _built_versions(info.main_files)
    for texts in ((info.beside,), info.near, built, others):
        releases = {_upstream(text) for text in texts if texts is built or _RELEASE.fullmatch(_REPACKED.sub("", text))}
        possible = [release for release in releases if _is_of_major(path, release)]
        if len(possible) == 1:
            return possible[0]
    return ""


def _main_package(files: tuple[str, ...]) -> str:
    """The path of the main package by its source, if that was in a workspace, or its path was trimmed."""
    packages = {found[1] for file in files if (found := _MAIN_FILE.fullmatch(file))}
    if len(packages) > 1:  # packages of others may have such a file, too
        packages = {package for package in packages if "/cmd/" in package}
    return packages.pop() if len(packages) == 1 else ""


def _built_versions(files: tuple[str, ...]) -> tuple[str, ...]:
    """The versions of folders in which sources were compiled: ``/build/acme-1.2.3/src/x.org/acme/main.go``."""
    return tuple(folder[1] for file in files if (folder := _BUILD_FOLDER.fullmatch(file)))


def _repository(package: str) -> str:
    found = _REPOSITORY.match(package)
    return found[0] if found else f"{package}/".partition("/cmd/")[0].rstrip("/")


def _is_of_major(module: str, release: str) -> bool:
    """``example.org/acme/v3`` has no release 1.4.2. A path without a major version may be a program's of any."""
    major = _OF_MAJOR.fullmatch(module)
    return major is None or release.removeprefix("v").partition(".")[0] == major[1]


def _linked_version(module: str, package: str, flags: str) -> str:
    """The version that the linker set in a variable of the program's own packages; "" if there is none.

    The linker sets variables of any package. The path of a main package usually names its repository before
    ``/cmd/``.
    """
    root = module.partition("/cmd/")[0]
    found = []
    for target, value in _LINKER_FLAG.findall(flags):
        place, _, name = target.rpartition(".")
        own = place in ("main", package, module, root) or place.startswith(root + "/")
        if own and name.lower() in VERSION_NAMES and _VERSION.fullmatch(_REPACKED.sub("", value)):
            found.append((place != "main", "/vendor/" in place, VERSION_NAMES.index(name.lower()), len(target), value))
    return _upstream(min(found)[-1]) if found else ""


def _upstream(version: str) -> str:
    """The version as Go writes it, without what a distribution adds for its package."""
    release, dash, revision = _REPACKED.sub("", version).removeprefix("v").partition("-")
    if _REVISION.fullmatch(dash + revision):
        dash = revision = ""
    return f"v{release.replace('~', '-')}{dash}{revision}"  # a tilde precedes the number of a candidate


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        try:
            return msgspec.json.decode(value, type=str)
        except msgspec.DecodeError:
            return value[1:-1]
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == "`" else value

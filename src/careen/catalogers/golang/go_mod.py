"""The modules that a Go module requires (``go.mod``), has checksums of (``go.sum``) and copies of (``vendor/modules.txt``).

Raises ValueError if a file is not one of these.  **Source:** Go Modules Reference, "go.mod files", "go.sum files",
"Vendoring"; Go Toolchains, "The go and toolchain lines".
"""

from collections.abc import Iterator

from msgspec import Struct

from careen.safety.pattern import pattern

MAX_MODULES = 50_000

_WORD = pattern(r'"[^"]*"|`[^`]*`|=>|//.*|[^\s()"`]+|[()]')
_GO = pattern(r"(\d+)\.(\d+)")
_RELEASE = pattern(r"1\.\d{1,3}\.\d{1,3}")


class Requirement(Struct, frozen=True, gc=False):
    """A module and its required version, which is "" if a folder replaces the module: the version in it is unknown."""

    path: str
    version: str


class GoMod(Struct, frozen=True, gc=False):
    """The content of a ``go.mod``. ``complete``: indirect requirements are listed, too, as since Go 1.17.
    ``toolchain`` is the suggested one, ``least`` the oldest one that may build the module, which is binding since Go
    1.21: "1.22.5" or ""."""

    module: str
    complete: bool
    requirements: tuple[Requirement, ...]
    toolchain: str = ""
    least: str = ""


def read_go_mod(text: str) -> GoMod:
    module, go = "", (1, 0)
    toolchain = least = ""
    required: list[tuple[str, str]] = []
    replaced: dict[tuple[str, str], tuple[str, str]] = {}
    excluded: set[tuple[str, str]] = set()
    for verb, words in _lines(text):
        match verb, words:
            case "module", [path, *_]:
                module = path
            case "go", [version, *_]:
                found = _GO.match(version)
                go = (int(found[1]), int(found[2])) if found and len(version) < 20 else go
                least = version if _RELEASE.fullmatch(version) and go >= (1, 21) else ""
            case "toolchain", [name, *_]:
                toolchain = name.removeprefix("go") if _RELEASE.fullmatch(name.removeprefix("go")) else ""
            case "require", [path, version, *_]:
                required.append((path, version))
            case "exclude", [path, version, *_]:
                excluded.add((path, version))
            case "replace", [path, "=>", target, *version]:
                replaced[path, ""] = (target, version[0] if version else "")
            case "replace", [path, old, "=>", target, *version]:
                replaced[path, old] = (target, version[0] if version else "")
    if not module and not required:
        raise ValueError("a go.mod without a module")
    if len(required) > MAX_MODULES:
        raise ValueError(f"a go.mod that requires more than {MAX_MODULES} modules is not read")
    wanted = [pair for pair in required if pair not in excluded]  # Go skips excluded versions
    requirements = tuple(_requirement(path, version, replaced) for path, version in wanted)
    return GoMod(module, go >= (1, 17), requirements, toolchain, least)


def read_go_sum(text: str) -> tuple[tuple[Requirement, ...], tuple[Requirement, ...]]:
    """(modules whose content was needed, modules of which only the ``go.mod`` was needed), each with its last
    version."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) > 2 * MAX_MODULES or any(len(line) != 3 or not line[2].startswith("h1:") for line in lines):
        raise ValueError("a go.sum with lines that are not checksums")
    needed = {path: version for path, version, _ in lines if not version.endswith("/go.mod")}
    not_needed = {path: version.removesuffix("/go.mod") for path, version, _ in lines if path not in needed}
    return _pairs(needed), _pairs(not_needed)


def read_vendored(text: str) -> tuple[Requirement, ...]:
    """The modules that have packages in ``vendor``.

    ``# path version`` starts the packages of a module, followed by ``=> path version`` if another module replaces it.
    A line with a replacement but no version before it belongs to a module without packages in this file, and is
    skipped.
    """
    found: dict[Requirement, None] = {}
    for line in text.splitlines():
        if not line.startswith("# "):
            continue
        match line[2:].split():
            case [path, version] if version != "=>":
                found[Requirement(path, version)] = None
            case [path, version, "=>", target, *other] if version != "=>":
                found[Requirement(target, other[0]) if other else Requirement(path, "")] = None
        if len(found) > MAX_MODULES:
            raise ValueError(f"a vendor/modules.txt with more than {MAX_MODULES} modules is not read")
    return tuple(found)


def _pairs(versions: dict[str, str]) -> tuple[Requirement, ...]:
    return tuple(Requirement(path, version) for path, version in versions.items())


def _lines(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each directive with its verb; blocks are split into single directives."""
    block = ""
    for line in text.splitlines():
        words = [word.strip('"`') for word in _WORD.findall(line) if not word.startswith("//")]
        if not words:
            continue
        if words == [")"]:
            block = ""
        elif block:
            yield block, words
        elif len(words) > 1 and words[1] == "(":
            block = words[0]
        else:
            yield words[0], words[1:]


def _requirement(path: str, version: str, replaced: dict[tuple[str, str], tuple[str, str]]) -> Requirement:
    target = replaced.get((path, version)) or replaced.get((path, ""))
    if target is None:
        return Requirement(path, version)
    return Requirement(*target) if target[1] else Requirement(path, "")

"""How a package is installed, and the command that installs another version of it there.

Names, versions and paths come from the image: what would need quoting in a shell is not put into a command.
**Source:** the manual pages of apt-get, apk, dnf, microdnf, tdnf, yum and zypper; pip, npm (``overrides``), go, cargo.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from careen.model.package import Package
from careen.model.plan import Where
from careen.safety.pattern import pattern

SYSTEM = ("deb", "rpm", "apk")
SAFE = pattern(r"[A-Za-z0-9@._+~:^/-]+")
# Package managers, by the package that contains them, in order of preference.
_MANAGERS = (
    ("deb", "apt", "apt"), ("apk", "apk-tools", "apk"), ("rpm", "microdnf", "microdnf"), ("rpm", "dnf", "dnf"),
    ("rpm", "dnf5", "dnf"), ("rpm", "tdnf", "tdnf"), ("rpm", "yum", "yum"), ("rpm", "zypper", "zypper"),
)  # fmt: skip
_PIP = pattern(r"(?P<prefix>.*?)lib(?:64)?/(?P<python>python3?(?:\.\d+)?)/site-packages/")
_LANGUAGES = {"golang": "go", "gem": "bundler", "nuget": "dotnet", "generic": "program"}


def managers_of(packages: Iterable[Package]) -> dict[str, str]:
    """The package manager of each type of package that the image has."""
    names = {(package.type, package.name) for package in packages}
    return {type: name for type, package, name in reversed(_MANAGERS) if (type, package) in names}


def is_manager(package: Package) -> bool:
    return any((type, name) == (package.type, package.name) for type, name, _ in _MANAGERS)


class Obstacle(Struct, frozen=True):
    """Why a package cannot be upgraded in its place. ``by``: the package that contains a bundled one."""

    code: Literal["unsafe_name", "no_package_manager", "owned", "bundled"]
    by: str = ""


class Place(Struct, frozen=True):
    """How a package is installed. Without a manager it cannot be upgraded."""

    manager: str = ""
    place: str = ""
    where: Where = "manifest"
    obstacle: Obstacle | None = None


def place_of(package: Package, managers: Mapping[str, str], bundled_by: str = "") -> Place:
    """``bundled_by``: the package that contains this one as a copy of its own, if there is one."""
    if not SAFE.fullmatch(package.name) or package.name.startswith("-"):
        return Place(obstacle=Obstacle("unsafe_name"))
    if package.type in SYSTEM:
        manager = managers.get(package.type, "")
        return Place(manager, "", "dockerfile", None if manager else Obstacle("no_package_manager"))
    if package.owned_by:
        return Place(obstacle=Obstacle("owned"))
    if bundled_by:
        return Place(obstacle=Obstacle("bundled", bundled_by))
    path = package.evidence[0].path if package.evidence else ""
    if package.type == "pypi":
        found = _PIP.match(path)
        if found and _is_safe(found["prefix"]):
            return Place("pip", f"/{found['prefix']}bin/{found['python']}", "dockerfile")
        return Place("pip", path)
    if package.type == "npm":
        return _npm(package, path)
    return Place(_LANGUAGES.get(package.type, package.type), path)


def _npm(package: Package, path: str) -> Place:
    """At the top of a project's node_modules, a package is a dependency; below another one, npm's overrides reach it."""
    root, modules, inner = f"/{path}".partition("/node_modules/")
    if not modules or package.presence == "declared" or not _is_safe(root):
        return Place("npm", path)
    nested = "/node_modules/" in f"/{inner}"
    if root.endswith("/lib"):  # installed globally
        top = inner.partition("/node_modules/")[0]
        return Place(obstacle=Obstacle("bundled", top)) if nested else Place("npm -g", root, "dockerfile")
    return Place("npm overrides" if nested else "npm", root or "/", "dockerfile")


def _is_safe(text: str) -> bool:
    return not text or (SAFE.fullmatch(text) is not None and ".." not in text.split("/"))


def command(manager: str, place: str, upgrades: Sequence[tuple[str, str, str]]) -> str:
    """``upgrades``: name, installed version, target version."""
    names = " ".join(sorted({name for name, _, _ in upgrades}))
    best = {name: to for name, _, to in sorted(upgrades)}
    match manager:
        case "apt":
            return f"apt-get update && apt-get install -y --only-upgrade {names} && rm -rf /var/lib/apt/lists/*"
        case "apk":
            return f"apk add --no-cache --upgrade {names}"
        case "dnf" | "microdnf" | "tdnf" | "yum":
            return f"{manager} -y {'update' if manager in ('yum', 'tdnf') else 'upgrade'} {names} && {manager} clean all"
        case "zypper":
            return f"zypper --non-interactive update {names} && zypper clean --all"
        case "pip" if place.startswith("/"):
            return f"{place} -m pip install --no-cache-dir " + _each(best, "'{}=={}'")
        case "npm" if place.startswith("/"):
            return f"cd {place} && npm install {_each(best, '{}@{}')}"
        case "npm overrides":
            return f"cd {place} && npm pkg set " + _each(best, "'overrides[{}]={}'") + " && npm install"
        case "npm -g":
            return f"npm install -g {_each(best, '{}@{}')}"
        case "go":
            return " && ".join(f"go get {'go' if name == 'stdlib' else name}@{_go(name, to)}" for name, to in best.items())
        case "cargo":
            return " && ".join(f"cargo update -p {name}@{version} --precise {to}" for name, version, to in upgrades)
        case "composer":
            return f"composer require {_each(best, '{}:^{}')}"
        case "dotnet":
            return " && ".join(f"dotnet add package {name} --version {to}" for name, to in best.items())
    return "set " + ", ".join(f"{name} to {to}" for name, to in best.items())


def _each(best: Mapping[str, str], form: str) -> str:
    return " ".join(form.format(name, to) for name, to in best.items())


def _go(name: str, version: str) -> str:
    return version if name == "stdlib" or version.startswith("v") else f"v{version}"

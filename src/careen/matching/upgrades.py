"""The command that installs other versions of packages in their place.

Names, versions and paths come from the image: texts that would need quoting in a shell never become part of a command.
**Source:** the manual pages of apt-get, apk, dnf, microdnf, tdnf, yum and zypper; pip, npm and pnpm (``overrides``),
Yarn (``resolutions``), Bun (``overrides``), go, cargo, dotnet and dotnet-install.sh, uv (``uv lock --upgrade-package``,
cache directory), conda.
"""

from collections.abc import Mapping, Sequence

from .npm_places import OF_WORKSPACE, OVERRIDES
from .place import Place

Upgrades = Sequence[tuple[str, str, str]]  # name, installed version, target version
Overrides = Sequence[tuple[str, str]]  # key, version

# The field of package.json that replaces dependencies of other packages, by the client.
_SETTING = {"npm": "overrides", "pnpm": "pnpm.overrides", "yarn": "resolutions", "bun": "overrides"}
# By default pnpm keeps what nothing needs any more for a week.
_ARGUMENTS = {"pnpm": " --config.modules-cache-max-age=0"}
_GO = ("stdlib", "toolchain")  # parts of Go, in place of a module

_RUNTIMES = {"Microsoft.AspNetCore.App": "aspnetcore", "Microsoft.WindowsDesktop.App": "windowsdesktop"}


def command(at: Place, upgrades: Upgrades, overrides: Overrides = ()) -> str:
    """The command, or the change of a manifest, for these upgrades and overrides."""
    manager, place = at.manager, at.place
    names = " ".join(sorted({name for name, _, _ in upgrades}))
    best = {name: to for name, _, to in sorted(upgrades)}
    match manager:
        case "apt" | "apk" | "dnf" | "microdnf" | "tdnf" | "yum" | "zypper" if not place or place.startswith("/"):
            upgrade = _system(manager, names)
            return f"chroot {place} sh -c '{upgrade}'" if place else upgrade
        case "pip" | "pip --target" | "pip cache" | "uv" | "uv cache" | "conda" | "conda cache" if (
            place.startswith("/") or manager == "uv"
        ):
            return _python(manager, place, best)
        case "npm" | "pnpm" | "yarn" | "bun" if place.startswith("/") or at.project:
            return _installing(at, best, overrides)
        case "npm -g":
            return f"npm install -g {_each(best, '{}@{}')}"
        case _ if manager in OVERRIDES:
            return _overriding(at, overrides)
        case "go":
            return _go(place, best)
        case "cargo":
            return " && ".join(f"cargo update -p {name}@{version} --precise {to}" for name, version, to in upgrades)
        case "composer":
            return f"composer require {_each(best, '{}:^{}')}"
        case "dotnet" | "dotnet-install" | "dotnet publish":
            return _dotnet(manager, place, upgrades)
        case "maven cache":  # the next build downloads what the project names
            return f"set {_each(best, '{} to {}', ', ')} in the project, and remove this folder"
        case "bitnami":
            return "build on an image that has " + ", ".join(f"{name} {to}" for name, to in best.items())
        case "pip" if place.endswith(".whl"):  # the file is the package
            return "replace it by the wheel of " + ", ".join(f"{name} {to}" for name, to in best.items())
        case "bundle":
            return "build it again with " + ", ".join(f"{name} {to}" for name, to in best.items())
        case "program" | "copy":
            return "replace it by " + ", ".join(f"{name} {to}" for name, to in best.items())
    return "set " + ", ".join(f"{name} to {to}" for name, to in best.items())


def _system(manager: str, names: str) -> str:
    match manager:
        case "apt":
            return f"apt-get update && apt-get install -y --only-upgrade {names} && rm -rf /var/lib/apt/lists/*"
        case "apk":
            return f"apk add --no-cache --upgrade {names}"
        case "zypper":
            return f"zypper --non-interactive update {names} && zypper clean --all"
    return f"{manager} -y {'update' if manager in ('yum', 'tdnf') else 'upgrade'} {names} && {manager} clean all"


def _installing(at: Place, best: Mapping[str, str], overrides: Overrides) -> str:
    setting = f"{_setting(at.manager, overrides)} && " if overrides else ""
    verb = "install" if at.manager == "npm" else "add"
    install = f"{_client(at)} {verb}{_ARGUMENTS.get(at.manager, '')} {_each(best, '{}@{}')}"
    return " && ".join((f"{_entering(at)}{setting}{install}", *(f"cd {folder} && {install}" for folder in at.also)))


def _overriding(at: Place, overrides: Overrides) -> str:
    if at.manager == OF_WORKSPACE:
        return (
            "set "
            + ", ".join(f"'{key}': {to}" for key, to in overrides)
            + " in overrides of pnpm-workspace.yaml, and run pnpm install"
        )
    client = OVERRIDES[at.manager]
    return f"{_entering(at)}{_setting(client, overrides)} && {_client(at)} install{_ARGUMENTS.get(client, '')}"


def _entering(at: Place) -> str:
    return f"cd {at.place} && " if at.place.startswith("/") else ""


def _setting(client: str, overrides: Overrides) -> str:
    return "npm pkg set " + " ".join(f"'{_SETTING[client]}[{key}]={to}'" for key, to in overrides)


def _client(at: Place) -> str:
    client = OVERRIDES.get(at.manager, at.manager)
    return f"NODE_ENV=production {client}" if at.production else client


def _python(manager: str, place: str, best: Mapping[str, str]) -> str:
    match manager:
        case "uv":
            return "uv lock " + _each(best, "--upgrade-package '{}=={}'")
        case "conda":
            return f"conda install --yes --prefix {place} " + _each({name.lower(): to for name, to in best.items()}, "'{}={}'")
        case "conda cache":  # no environment needs what conda downloaded
            return "conda clean --all --force-pkgs-dirs --yes"
        case "uv cache" | "pip cache":
            return f"rm -rf {place}"  # only the folder that uv made in its cache: the path is the image's
        case "pip --target":
            return f"python3 -m pip install --no-cache-dir --upgrade --target {place} " + _each(best, "'{}=={}'")
    return f"{place} -m pip install --no-cache-dir " + _each(best, "'{}=={}'")


def _dotnet(manager: str, place: str, upgrades: Sequence[tuple[str, str, str]]) -> str:
    """.NET's installation script puts a newer runtime beside the old one, which is still there for applications. The
    runtime of ASP.NET Core contains that of .NET.
    """
    if manager == "dotnet":
        return " && ".join(f"dotnet add package {name} --version {to}" for name, _, to in sorted(upgrades))
    if manager == "dotnet publish":
        return f"publish again with a .NET SDK that has runtime {', '.join(sorted({to for _, _, to in upgrades}))}"
    frameworks = [(name.partition(".Runtime.")[0], old, to) for name, old, to in upgrades]
    kinds = dict.fromkeys((_RUNTIMES.get(framework, "dotnet"), to) for framework, _, to in frameworks)
    installs = [
        f"dotnet-install.sh --runtime {kind} --version {to} --install-dir {place}"
        for kind, to in kinds
        if kind != "dotnet" or ("aspnetcore", to) not in kinds
    ]
    old_folders = [f"{place}/shared/{framework}/{old}" for framework, old, _ in frameworks]
    return " && ".join((*installs, f"rm -rf {' '.join(old_folders)}"))


def _each(best: Mapping[str, str], form: str, between: str = " ") -> str:
    return between.join(form.format(name, to) for name, to in best.items())


def _go(place: str, best: Mapping[str, str]) -> str:
    if place.startswith("/"):  # the folder of an installation
        return f"replace it by Go {' and '.join(dict.fromkeys(best.values()))}"
    gets = (f"go get go@{to}" if name in _GO else f"go get {name}@v{to.removeprefix('v')}" for name, to in best.items())
    return " && ".join(dict.fromkeys(gets))

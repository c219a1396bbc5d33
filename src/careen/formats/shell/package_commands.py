"""The command line of a package manager: action, options and package specs, each spec split by the rule of its tool.

``read_call(words)`` parses apt, apk, dnf, yum, microdnf, zypper, rpm, dpkg, pip, pipx, npm, yarn, pnpm, gem, go, cargo,
composer, pacman, conda and the other ``_TOOLS``; None for any other program.
**Source:** the manual pages of these programs.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from .package_specs import Spec, package_file, spec_of
from .package_words import plain_words


class Options(Struct, frozen=True):
    flags: dict[str, list[str]]  # "--yes": [""], "-o": ["Dpkg::Use-Pty=0"]
    words: tuple[str, ...]

    def has(self, *names: str) -> bool:
        return any(name in self.flags for name in names)

    def values(self, *names: str) -> list[str]:
        return [value for name in names for value in self.flags.get(name, ())]


class PackageCall(Struct, frozen=True):
    tool: str  # "apt", "apk", "dnf", "pip" …: one word for all its names
    program: str
    # In the tool's main spelling: "install", "update", "upgrade", "clean", "remove", "execute" (of a package that is fetched to
    # be run once, as npx does), other words as written.
    action: str
    options: Options
    specs: tuple[Spec, ...] = ()


def read_call(words: Sequence[str]) -> PackageCall | None:
    words = plain_words(words)
    program = words[0].rpartition("/")[2] if words else ""
    tool = "pip" if re.fullmatch(r"pip[\d.]*", program) else _TOOLS.get(program, "")
    if not tool:
        return None
    options = read_options(words[1:], _VALUED.get(tool, frozenset()), long_single=tool in ("go", "nuget"))
    if tool in ("rpm", "dpkg"):
        return _direct(tool, program, options)
    if tool == "pacman":
        return _pacman(program, options)
    action, rest = _action(tool, options.words)
    specs = tuple(_specs(tool, action, rest, options)) if action in ("install", "execute") else ()
    return PackageCall(tool, program, action, options, specs)


def read_options(words: Iterable[str], valued: frozenset[str], *, long_single: bool = False) -> Options:
    """Divides words into flags, with their values, and other words; flags in ``valued`` take a value.

    ``-xyz`` is three flags unless ``long_single`` (as in Go) makes it one flag; ``--`` ends the options.
    """
    flags: dict[str, list[str]] = {}
    rest: list[str] = []
    following = iter(words)
    for word in following:
        if word == "--":
            rest.extend(following)
        elif word.startswith("--") or (long_single and word.startswith("-") and len(word) > 1):
            name, equals, value = word.partition("=")
            if not equals and name in valued:
                value = next(following, "")
            flags.setdefault(name, []).append(value)
        elif word.startswith("-") and len(word) > 1:
            _cluster(word, valued, following, flags)
        else:
            rest.append(word)
    return Options(flags, tuple(rest))


def _cluster(word: str, valued: frozenset[str], following: Iterable[str], flags: dict[str, list[str]]) -> None:
    for index in range(1, len(word)):
        name = f"-{word[index]}"
        rest = word[index + 1 :]
        if rest.startswith("=") or name in valued:
            value = rest.removeprefix("=") if rest else next(iter(following), "")
            flags.setdefault(name, []).append(value)
            return
        flags.setdefault(name, []).append("")


def _direct(tool: str, program: str, options: Options) -> PackageCall:
    flags = options.flags
    if tool == "rpm":
        wanted = options.has("-i", "-U", "-F", "--install", "--upgrade", "--freshen") and not options.has("-q", "--query")
        action = "import" if "--import" in flags else "install" if wanted else "other"
    else:
        action = "install" if options.has("-i", "--install", "--unpack") else "other"
    specs = tuple(package_file(word) for word in options.words) if action == "install" else ()
    return PackageCall(tool, program, action, options, specs)


def _action(tool: str, words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The action in its main spelling, and the words after it that name packages."""
    if tool in ("composer", "yarn") and words[:1] == ("global",):
        words = words[1:]
    if tool == "yarn" and not words:
        return "install", ()
    if words[:2] in (("module", "install"), ("group", "install")):
        return "install" if words[0] == "module" else "groupinstall", words[2:]
    if tool == "npx":
        return "execute", words[:1]
    if tool == "uv" and words[:1] == ("run",):
        return "execute", ()  # of the packages of --with; the words are a command of the project
    if tool == "cpan":
        return "install", words[1:] if words[:1] == ("install",) else words
    if tool == "dotnet":
        return _dotnet_action(words)
    word = words[0] if words else ""
    action = _ACTIONS.get(tool, {}).get(word, word)
    alone = action == "execute" or tool in ("luarocks", "nuget")  # one package, then its arguments
    return action, words[1:2] if alone else words[1:]


def _dotnet_action(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The action and the words after it: of ``add [PROJECT] package NAME``, ``package add NAME``, ``tool install
    NAME``."""
    for phrase in (("package", "add"), ("tool", "install"), ("tool", "update")):
        if words[:2] == phrase:
            return "install", words[2:3]
    if words[:1] == ("add",) and "package" in words[1:3]:
        at = words.index("package")
        return "install", words[at + 1 : at + 2]
    return (words[0] if words else ""), ()


def _pacman(program: str, options: Options) -> PackageCall:
    """A call of pacman. Its flags decide the action: ``-S`` installs; with only ``-y`` and ``-u`` it updates and upgrades."""
    if options.has("-U", "--upgrade"):
        return PackageCall("pacman", program, "install", options, tuple(package_file(word) for word in options.words))
    if not options.has("-S", "--sync") or options.has("-s", "-i", "-l", "-g", "-p", "--search", "--info", "--print"):
        return PackageCall("pacman", program, "remove" if options.has("-R", "--remove") else "other", options)
    if options.has("-c", "--clean"):
        return PackageCall("pacman", program, "clean", options)
    if options.words:
        return PackageCall("pacman", program, "install", options, tuple(spec_of("pacman", word) for word in options.words))
    return PackageCall("pacman", program, "upgrade" if options.has("-u", "--sysupgrade") else "update", options)


def _specs(tool: str, action: str, words: tuple[str, ...], options: Options) -> Iterable[Spec]:
    named = [name for value in options.values("--with", "--from") for name in value.split(",")] if tool == "uv" else []
    fetched = options.values(*_FETCHED.get(tool, ())) if action == "execute" else []
    if tool == "cargo" and (addresses := options.values("--git")):
        pinned = "@".join(["", *options.values("--tag", "--rev")[-1:]])
        for address in addresses:  # a word is the crate within the repository
            yield Spec(f"{address}{pinned}", next(iter(words), address), kind="vcs", constrained=pinned != "")
        return
    if not (fetched or "--from" in options.flags):  # otherwise the word is a program of the package
        yield from (spec_of(tool, word) for word in words if word)
    yield from (spec_of(tool, word) for word in (*named, *fetched) if word)
    if tool == "pip":
        yield from (
            Spec(value, value, kind="requirements", constrained=True) for value in options.values("-r", "--requirement")
        )
        yield from (spec_of(tool, value) for value in options.values("-e", "--editable"))


# Options that name the package of a program that is run once.
_FETCHED = {"npx": ("-p", "--package"), "npm": ("--package",), "pnpm": ("--package",), "yarn": ("-p", "--package")}
_TOOLS = {
    "apt-get": "apt",
    "apt": "apt",
    "aptitude": "apt",
    "apt-fast": "apt",
    "nala": "apt",
    "install_packages": "install_packages",  # of images that are made smaller: apt-get without its lists
    "clean-install": "install_packages",
    "apk": "apk",
    "dnf": "dnf",
    "dnf5": "dnf",
    "microdnf": "microdnf",
    "yum": "yum",
    "tdnf": "dnf",
    "zypper": "zypper",
    "rpm": "rpm",
    "dpkg": "dpkg",
    "pipx": "pipx",
    "uv": "uv",
    "npm": "npm",
    "yarn": "yarn",
    "pnpm": "pnpm",
    "gem": "gem",
    "go": "go",
    "cargo": "cargo",
    "composer": "composer",
    "pacman": "pacman",
    "poetry": "poetry",
    "pdm": "pdm",
    "pipenv": "pipenv",
    "conda": "conda",
    "mamba": "conda",
    "micromamba": "conda",
    "npx": "npx",
    "bunx": "npx",
    "bun": "bun",
    "corepack": "corepack",
    "pecl": "pear",
    "pear": "pear",
    "cpanm": "cpan",
    "cpan": "cpan",
    "luarocks": "luarocks",
    "dotnet": "dotnet",
    "nuget": "nuget",
    "easy_install": "easy_install",
    "rye": "rye",
    "pixi": "pixi",
    "deno": "deno",
    "maven": "maven",
    "hex": "hex",
    "pub": "pub",
    "cabal": "cabal",
    "opam": "opam",
    "conan": "conan",
}


def _spelled(**actions: str) -> dict[str, str]:
    return {word: action for action, words in actions.items() for word in (action, *words.split())}


_RPM_ACTIONS = _spelled(
    install="in localinstall install-n install-na install-nevra reinstall rei",
    upgrade="up update upgrade-minimal up-min update-minimal distro-sync dsync",
    clean="",
    remove="rm erase autoremove",
) | {"makecache": "update", "check-update": "check", "groupinstall": "groupinstall", "group-install": "groupinstall"}
_ACTIONS: dict[str, dict[str, str]] = {
    "apt": _spelled(
        install="reinstall build-dep", update="", upgrade="safe-upgrade", clean="distclean", remove="purge autoremove"
    )
    | {"full-upgrade": "dist-upgrade", "dist-upgrade": "dist-upgrade"},
    "apk": _spelled(install="add", update="", upgrade="", remove="del", clean="cache"),
    "dnf": _RPM_ACTIONS,
    "yum": _RPM_ACTIONS,
    "microdnf": _RPM_ACTIONS,
    "zypper": _spelled(install="in source-install si", update="ref refresh", upgrade="up patch", clean="cc", remove="rm")
    | {"up": "upgrade", "update": "upgrade", "dup": "dist-upgrade", "dist-upgrade": "dist-upgrade"},
    "pip": _spelled(install=""),
    "npm": _spelled(install="i in ins inst insta instal isnt isnta isntal isntall add", ci="", execute="exec x"),
    "yarn": {"add": "install", "install": "install", "dlx": "execute"},
    "pnpm": _spelled(install="i add", execute="dlx"),
    "gem": _spelled(install="i in ins", update=""),
    "go": {"install": "install", "get": "install", "run": "execute"},
    "cargo": _spelled(install="binstall add"),
    "uv": _spelled(install="add"),
    "poetry": {"add": "install", "install": "sync"},
    "pdm": {"add": "install", "install": "sync"},
    "pipenv": _spelled(install=""),
    "conda": _spelled(install="create"),
    "bun": _spelled(install="i add a", execute="x"),
    "pipx": _spelled(install="", execute="run"),
    "rye": _spelled(install="add"),
    "pixi": _spelled(install="add"),
    "corepack": _spelled(install="prepare use"),
    "pear": _spelled(install=""),
    "luarocks": _spelled(install=""),
    "nuget": _spelled(install=""),
    "composer": {"require": "install", "install": "ci"},
}
_VALUED = {
    tool: frozenset(text.split())
    for tool, text in {
        "apt": "-o --option -c --config-file -t --target-release --default-release -a --host-architecture -P --build-profiles",
        "apk": "-t --virtual -X --repository -p --root --arch --cache-dir --keys-dir --repositories-file --wait --timeout "
        "--cache-max-age --progress-fd",
        "dnf": "--enablerepo --disablerepo --setopt -c --config -d -e -x --exclude --installroot --releasever --repo --repoid "
        "--repofrompath --forcearch --downloaddir --destdir --color --comment --advisory --cve --sec-severity -R",
        "zypper": "-R --root -r --repo --from -t --type -p --plus-repo -D --reposdir --installroot --gpg-auto-import-key "
        "--solver-focus",
        "rpm": "--root --dbpath --prefix --relocate --define -D --excludepath -r --import",
        "dpkg": "--root --admindir --instdir",
        "pip": "-r --requirement -c --constraint -e --editable -t --target --platform --python-version --implementation --abi "
        "--root --prefix --src --upgrade-strategy --config-settings -C --global-option --no-binary --only-binary -i "
        "--index-url --extra-index-url -f --find-links --proxy --retries --timeout --exists-action --trusted-host --cert "
        "--client-cert --cache-dir --log --python --keyring-provider --use-feature --use-deprecated --root-user-action "
        "--progress-bar --report --default-timeout --build --index",
        "pipx": "--python --pip-args --index-url -i --suffix",
        "npm": "--loglevel --registry --prefix --tag --cache --userconfig --globalconfig --omit --include --save-prefix -C -w "
        "--workspace --scope --script-shell --fetch-retries --fetch-timeout --network-timeout --node-gyp --before",
        "yarn": "--cache-folder --registry --modules-folder --cwd --network-timeout --network-concurrency --prefix --mutex "
        "--global-folder --use-yarnrc",
        "pnpm": "-C --dir -F --filter --registry --store-dir --prefix --reporter --loglevel",
        "gem": "-v --version -s --source -i --install-dir -n --bindir --platform -P --trust-policy -p --http-proxy -g --file "
        "--build-root --without",
        "go": "-ldflags -tags -o -p -mod -modfile -gcflags -asmflags -buildmode -compiler -overlay -pkgdir -toolexec -exec -C "
        "-coverpkg -covermode -installsuffix -gccgoflags -pgo",
        "cargo": "--version --vers --git --branch --tag --rev --path --root --index --registry --bin --example -F --features "
        "--target --target-dir --profile -j --jobs --config -Z --color",
        "composer": "-d --working-dir --repository --prefer-install",
        "pacman": "-r -b --root --dbpath --cachedir --config --gpgdir --overwrite --ignore --ignoregroup --arch --hookdir "
        "--logfile --color --assume-installed",
        "uv": "--index --index-url -i --extra-index-url --find-links -f --python -p --with --from --group --extra --optional "
        "--package --project --directory --tag --branch --rev -r --requirements -c --constraints",
        "poetry": "-G --group -E --extras --source --python --platform -C --directory -P --project --markers",
        "pdm": "-G --group -p --project -L --lockfile",
        "pipenv": "-r --requirements -i --index --python --extra-pip-args --categories --pypi-mirror",
        "conda": "-n --name -c --channel -p --prefix -f --file --solver --subdir --platform --revision -r --root-prefix",
        "npx": "-p --package -c --call -w --workspace",
        "bun": "--cwd --registry --backend -c --config --filter",
        "dotnet": "-v --version -f --framework -s --source --package-directory --add-source --configfile --tool-path "
        "--tool-manifest -a --arch --verbosity -r --runtime -c --configuration -o --output",
        "nuget": "-Version -Source -OutputDirectory -Framework -ConfigFile -Verbosity -DependencyVersion",
        "luarocks": "--tree --server --only-server --lua-version --lua-dir",
        "cpan": "-l --local-lib -L --local-lib-contained --mirror --save-dists --prompt --installdeps",
    }.items()
}
_VALUED["yum"] = _VALUED["microdnf"] = _VALUED["dnf"]
_VALUED["install_packages"] = _VALUED["apt"]

"""What a package manager is told to do: its action, options and specs, each spec split by the tool's own rule.

``read_call(words)`` understands apt, apk, dnf, yum, microdnf, zypper, rpm, dpkg, pip, pipx, npm, yarn, pnpm, gem, go, cargo
and composer; None for any other program.
**Source:** the manual pages of these programs; PEP 508 and PEP 440 (pip); npm-install(1); go help get; cargo-install(1).
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

Kind = Literal["name", "url", "file", "vcs", "group", "requirements"]


class Spec(Struct, frozen=True, gc=False):
    text: str
    name: str
    version: str = ""  # exact, where one is given
    kind: Kind = "name"
    constrained: bool = False  # some version is asked for, exact or not


class Options(Struct, frozen=True):
    flags: dict[str, list[str]]  # "--yes": [""], "-o": ["Dpkg::Use-Pty=0"]
    words: tuple[str, ...]

    def has(self, *names: str) -> bool:
        return any(name in self.flags for name in names)

    def values(self, *names: str) -> list[str]:
        return [value for name in names for value in self.flags.get(name, ())]


class PackageCall(Struct, frozen=True):
    tool: str  # "apt", "apk", "dnf", "pip" …: one word for all names of it
    program: str
    action: str  # in the tool's main spelling: "install", "update", "upgrade", "clean", "remove", other words as written
    options: Options
    specs: tuple[Spec, ...] = ()


def read_call(words: Sequence[str]) -> PackageCall | None:
    if not words:
        return None
    program = words[0].rpartition("/")[2]
    if re.fullmatch(r"python[\d.]*|pypy[\d.]*", program) and len(words) > 3 and words[1] == "-m":
        if words[2] not in ("pip", "pipx"):
            return None
        program, words = words[2], words[2:]
    if re.fullmatch(r"pip[\d.]*", program):
        tool = "pip"
    else:
        tool = _TOOLS.get(program, "")
    if not tool:
        return None
    if tool == "uv":
        if list(words[1:2]) != ["pip"]:
            return None
        tool, words = "pip", words[1:]
    options = read_options(words[1:], _VALUED.get(tool, frozenset()), long_single=tool == "go")
    if tool in ("rpm", "dpkg"):
        return _direct(tool, program, options)
    action, rest = _action(tool, options.words)
    specs = tuple(_specs(tool, action, rest, options)) if action == "install" else ()
    return PackageCall(tool, program, action, options, specs)


def read_options(words: Iterable[str], valued: frozenset[str], *, long_single: bool = False) -> Options:
    """``-xyz`` is three flags unless ``long_single`` (as in Go) makes it one; ``--`` ends the options."""
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


def is_url(text: str) -> bool:
    return re.match(r"(?:https?|ftp)://", text, re.IGNORECASE) is not None


def _direct(tool: str, program: str, options: Options) -> PackageCall:
    flags = options.flags
    if tool == "rpm":
        wanted = options.has("-i", "-U", "-F", "--install", "--upgrade", "--freshen") and not options.has("-q", "--query")
        action = "import" if "--import" in flags else "install" if wanted else "other"
    else:
        action = "install" if options.has("-i", "--install", "--unpack") else "other"
    specs = tuple(_package_file(word) for word in options.words) if action == "install" else ()
    return PackageCall(tool, program, action, options, specs)


def _package_file(word: str) -> Spec:
    return Spec(word, word, kind="url" if is_url(word) else "file", constrained=True)


def _action(tool: str, words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The action in its main spelling, and the words after it."""
    at = 0
    if tool == "composer" and words[:1] == ("global",):
        at = 1
    if tool == "yarn" and words[:1] == ("global",):
        at = 1
    if tool == "yarn" and not words:
        return "install", ()
    if words[:2] in (("module", "install"), ("group", "install")):
        return "install" if words[0] == "module" else "groupinstall", words[2:]
    word = words[at] if at < len(words) else ""
    return _ACTIONS.get(tool, {}).get(word, word), words[at + 1 :]


def _specs(tool: str, action: str, words: tuple[str, ...], options: Options) -> Iterable[Spec]:
    reader = _READERS[tool]
    yield from (reader(word) for word in words if word)
    if tool == "pip":
        yield from (
            Spec(value, value, kind="requirements", constrained=True) for value in options.values("-r", "--requirement")
        )
        yield from (_pip(value) for value in options.values("-e", "--editable"))


def _apt(word: str) -> Spec:
    if is_url(word) or word.endswith(".deb") or word.startswith(("./", "/", "../")):
        return _package_file(word)
    if word.endswith(("+", "-")) and len(word) > 1 and not word.endswith("++"):
        word = word[:-1]
    name, equals, version = word.partition("=")
    if not equals:
        name, slash, _ = word.partition("/")  # name/release
        return Spec(word, name.partition(":")[0], constrained=bool(slash))
    exact = "" if "*" in version else version
    return Spec(word, name.partition(":")[0], exact, constrained=True)


def _apk(word: str) -> Spec:
    if is_url(word) or word.endswith(".apk"):
        return _package_file(word)
    found = re.match(r"([^=<>~@]+)(@[^=<>~]+)?([=<>~]+)?(.*)$", word)
    if not found:
        return Spec(word, word)
    return Spec(word, found[1], found[4] if found[3] == "=" else "", constrained=bool(found[3]))


def _rpm_like(word: str) -> Spec:
    if is_url(word) or word.endswith(".rpm"):
        return _package_file(word)
    if word.startswith("@"):
        return Spec(word, word[1:], kind="group")
    if word.startswith("/"):
        return Spec(word, word, kind="file", constrained=True)
    # name-[epoch:]version[-release][.arch]: the version is what begins with a digit after a hyphen (or name:stream)
    found = re.match(r"(.+?)-((?:\d+:)?\d[^-]*(?:-[^-]+)?)$", word)
    if found:
        version = re.sub(r"\.(?:x86_64|aarch64|noarch|i[3-6]86|ppc64le|s390x)$", "", found[2])
        return Spec(word, found[1], "" if "*" in version else version, constrained=True)
    if ":" in word:
        return Spec(word, word.partition(":")[0], constrained=True)
    if "-$" in word:  # a version that nobody knows here
        return Spec(word, word.partition("-$")[0], constrained=True)
    return Spec(re.sub(r"\s", "", word), re.sub(r"\.(?:x86_64|aarch64|noarch|i[3-6]86)$", "", word))


def _zypper(word: str) -> Spec:
    if is_url(word) or word.endswith(".rpm"):
        return _package_file(word)
    found = re.match(r"([^=<>~]+)([=<>~]+)(.+)$", word)
    if found:
        return Spec(word, found[1], found[3] if found[2] == "=" else "", constrained=True)
    return Spec(word, word)


def _pip(word: str) -> Spec:
    text = word.partition(";")[0].strip()
    if re.match(r"(?:git|hg|svn|bzr)\+", text):
        path = text.partition("#")[0].partition("://")[2]
        pinned = "@" in path.partition("/")[2]
        name = re.search(r"[#&]egg=([\w.-]+)", text)
        return Spec(word, name[1] if name else text, kind="vcs", constrained=pinned)
    if " @ " in text or re.match(r"[\w.-]+(?:\[[^\]]*\])?@\s*\S+://", text):
        return Spec(word, re.split(r"[\[@ ]", text)[0], kind="url", constrained=True)
    if is_url(text):
        return _package_file(word)
    if "/" in text or text.startswith(".") or text.endswith((".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar")):
        return Spec(word, text, kind="file", constrained=True)
    found = re.match(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*)$", text)
    if not found:
        return Spec(word, text, constrained="$" in text)
    exact = re.fullmatch(r"={2,3}\s*([^\s,*]+)", found[2])
    return Spec(word, found[1], exact[1] if exact else "", constrained=bool(found[2]))


def _npm(word: str) -> Spec:
    if re.match(r"(?:git\+|git:|git@|ssh:|github:|gitlab:|bitbucket:)", word) or re.search(r"\.git(?:#|$)", word):
        return Spec(word, word, kind="vcs", constrained="#" in word)
    if is_url(word):
        return _package_file(word)
    if word.startswith((".", "/", "~", "file:")) or word.endswith((".tgz", ".tar", ".tar.gz")):
        return Spec(word, word, kind="file", constrained=True)
    name, at, version = word[1:].partition("@")
    name = word[0] + name
    if version.startswith("npm:"):
        name, at, version = version[4:].rpartition("@")
    exact = re.fullmatch(r"[v=]*(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)", version)
    return Spec(word, name, exact[1] if exact else "", constrained=bool(at and version not in ("", "latest")))


def _gem(word: str) -> Spec:
    if is_url(word) or word.endswith(".gem"):
        return _package_file(word)
    name, colon, version = word.partition(":")
    exact = version if re.fullmatch(r"\d[\w.]*", version) else ""
    return Spec(word, name, exact, constrained=bool(colon))


def go_spec(word: str) -> Spec:
    if word.startswith((".", "/")) or word in ("all", "std", "cmd", "tool") or word.endswith(".go"):
        return Spec(word, word, kind="file", constrained=True)
    name, at, version = word.partition("@")
    pinned = bool(at) and version not in ("latest", "upgrade", "patch", "none", "master", "main", "")
    exact = version if re.match(r"v\d+\.\d+\.\d+", version) else ""
    return Spec(word, name, exact, constrained=pinned)


def _cargo(word: str) -> Spec:
    name, at, version = word.partition("@")
    exact = re.fullmatch(r"=?(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)", version)
    return Spec(word, name, exact[1] if exact else "", constrained=bool(at))


def _composer(word: str) -> Spec:
    name, version = [*re.split(r"[:=\s]", word, maxsplit=1), ""][:2]
    exact = re.fullmatch(r"v?(\d+(?:\.\d+)+[\w.-]*)", version)
    return Spec(word, name, exact[1] if exact else "", constrained=bool(version) and version != "*")


_READERS = {
    "apt": _apt,
    "apk": _apk,
    "dnf": _rpm_like,
    "yum": _rpm_like,
    "microdnf": _rpm_like,
    "zypper": _zypper,
    "pip": _pip,
    "pipx": _pip,
    "npm": _npm,
    "yarn": _npm,
    "pnpm": _npm,
    "gem": _gem,
    "go": go_spec,
    "cargo": _cargo,
    "composer": _composer,
}
_TOOLS = {
    "apt-get": "apt",
    "apt": "apt",
    "aptitude": "apt",
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
    "pipx": _spelled(install=""),
    "npm": _spelled(install="i in ins inst insta instal isnt isnta isntal isntall add", ci=""),
    "yarn": {"add": "install", "install": "install"},
    "pnpm": _spelled(install="i add"),
    "gem": _spelled(install="i in ins", update=""),
    "go": {"install": "install", "get": "install", "run": "run"},
    "cargo": _spelled(install=""),
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
    }.items()
}
_VALUED["yum"] = _VALUED["microdnf"] = _VALUED["dnf"]

"""Package specs of commands, each split by the rule of its tool into name and exact version.

``spec_of(tool, word)`` gives one Spec. Unknown variables stay as written.
**Source:** apt-get(8); apk-tools; dnf(8); zypper(8); PEP 508 and PEP 440 (pip); npm-install(1); go help get; cargo-install(1);
RubyGems; Composer and Poetry, CLI reference; conda, "Package match specifications"; cpanm(1); PEAR manual; Maven, Cabal,
opam and Conan, user guides.
"""

import re
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

MAX_WORD = 2000  # characters; no package has a longer name and version
Kind = Literal["name", "url", "file", "vcs", "group", "requirements"]


class Spec(Struct, frozen=True, gc=False):
    text: str
    name: str
    version: str = ""  # exact, if given
    kind: Kind = "name"
    constrained: bool = False  # a version is required, exact or not


def spec_of(tool: str, word: str) -> Spec:
    return _READERS[tool](word) if len(word) <= MAX_WORD else Spec(word, word, constrained=True)


def is_url(text: str) -> bool:
    return re.match(r"(?:https?|ftp)://", text, re.IGNORECASE) is not None


def package_file(word: str) -> Spec:
    return Spec(word, word, kind="url" if is_url(word) else "file", constrained=True)


def _apt(word: str) -> Spec:
    if is_url(word) or word.endswith(".deb") or word.startswith(("./", "/", "../")):
        return package_file(word)
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
        return package_file(word)
    found = re.match(r"([^=<>~@]+)(@[^=<>~]+)?([=<>~]+)?(.*)$", word)
    if not found:
        return Spec(word, word)
    return Spec(word, found[1], found[4] if found[3] == "=" else "", constrained=bool(found[3]))


# name-[epoch:]version[-release]: both begin with a digit. A number alone is of the name (compat-libstdc++-33).
_VERSIONED = re.compile(r"(.+?)-(?!\d+$)((?:\d+:)?\d[^-]*(?:-[\d*$][^-]*)?)$")
_RPM_ARCH = re.compile(r"\.(?:x86_64|aarch64|noarch|i[3-6]86|ppc64le|s390x)$")


def _rpm_like(word: str) -> Spec:
    if is_url(word) or word.endswith(".rpm"):
        return package_file(word)
    if word.startswith("@"):
        return Spec(word, word[1:], kind="group")
    if word.startswith("/"):
        return Spec(word, word, kind="file", constrained=True)
    if found := _VERSIONED.match(_RPM_ARCH.sub("", word)):
        return Spec(word, found[1], "" if "*" in found[2] else found[2], constrained=True)
    if ":" in word:
        return Spec(word, word.partition(":")[0], constrained=True)
    if "-$" in word:  # an unknown version
        return Spec(word, word.partition("-$")[0], constrained=True)
    text = word if "$(" in word or "`" in word else re.sub(r"\s", "", word)
    return Spec(text, _RPM_ARCH.sub("", word))


def _zypper(word: str) -> Spec:
    if is_url(word) or word.endswith(".rpm"):
        return package_file(word)
    found = re.match(r"([^=<>~]+)([=<>~]+)(.+)$", word)
    if found:
        return Spec(word, found[1], found[3] if found[2] == "=" else "", constrained=True)
    return _rpm_like(word) if _VERSIONED.match(word) else Spec(word, word)


_NAMED_ADDRESS = re.compile(r"([\w.-]+)\s*(?:\[[^\]]*\])?\s*@\s*(\S+://\S+)$")


def _pip(word: str) -> Spec:
    text = word.partition(";")[0].strip()
    named = _NAMED_ADDRESS.match(text)  # PEP 508: "requests @ https://..."
    address = named[2] if named else text
    if re.match(r"(?:git|hg|svn|bzr)\+", address):
        path = address.partition("#")[0].partition("://")[2]
        pinned = "@" in path.partition("/")[2]
        name = named or re.search(r"[#&]egg=([\w.-]+)", text)
        return Spec(word, name[1] if name else text, kind="vcs", constrained=pinned)
    if named:
        return Spec(word, named[1], kind="url", constrained=True)
    if is_url(text):
        return package_file(word)
    if "/" in text or text.startswith(".") or text.endswith((".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar")):
        return Spec(word, text, kind="file", constrained=True)
    found = re.match(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*)$", text)
    if not found:
        return Spec(word, text, constrained="$" in text)
    exact = re.fullmatch(r"={2,3}\s*([^\s,*]+)", found[2])
    return Spec(word, found[1], exact[1] if exact else "", constrained=bool(found[2]))


_COMMITTED = re.compile(r"\.git(?:#|$)|^\w[\w.-]*/[\w.-]+(?:#|$)")  # including owner/repository of GitHub


def _npm(word: str) -> Spec:
    if re.match(r"(?:git\+|git:|git@|ssh:|github:|gitlab:|bitbucket:)", word) or _COMMITTED.search(word):
        return Spec(word, word, kind="vcs", constrained="#" in word)
    if is_url(word):
        return package_file(word)
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
        return package_file(word)
    name, colon, version = word.partition(":")
    exact = version if re.fullmatch(r"\d[\w.]*", version) else ""
    return Spec(word, name, exact, constrained=bool(colon))


def go_spec(word: str) -> Spec:
    if word.startswith((".", "/")) or word in ("all", "std", "cmd", "tool") or word.endswith(".go"):
        return Spec(word, word, kind="file", constrained=True)
    name, at, version = word.partition("@")
    pinned = bool(at) and version not in ("latest", "upgrade", "patch", "none", "master", "main", "")
    exact = version if re.match(r"v\d+\.\d+\.\d+", version) else ""
    return Spec(word, name.removesuffix("/..."), exact, constrained=pinned)


def _cargo(word: str) -> Spec:
    name, at, version = word.partition("@")
    exact = re.fullmatch(r"=?(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)", version)
    return Spec(word, name, exact[1] if exact else "", constrained=bool(at))


def _composer(word: str) -> Spec:
    name, version = [*re.split(r"[:=\s]", word, maxsplit=1), ""][:2]
    exact = re.fullmatch(r"v?(\d+(?:\.\d+)+[\w.-]*)", version)
    return Spec(word, name, exact[1] if exact else "", constrained=bool(version) and version != "*")


def _poetry(word: str) -> Spec:
    """The spec of Poetry, Rye and uv: of ``name@1.2`` or ``name@^1.2``, or of a form that pip accepts."""
    name, at, version = word.partition("@")
    if not at or "/" in word:
        return _pip(word)
    exact = re.fullmatch(r"={0,2}(\d+(?:\.\d+)+\w*)", version)
    return Spec(word, name.partition("[")[0], exact[1] if exact else "", constrained=version not in ("", "latest"))


def _conda(word: str) -> Spec:
    """The spec of ``channel::name=version=build``; ``=1.26`` is any 1.26, three parts count as exact."""
    text = word.rpartition("::")[2]
    found = re.match(r"([A-Za-z0-9_][\w.-]*)(?:\[[^\]]*\])?\s*(={1,2}|[<>!~ ])?(.*)$", text)
    if is_url(word) or not found or text.endswith((".conda", ".tar.bz2")):
        return package_file(word)
    version, build, _ = found[3].partition("=")
    whole = found[2] == "==" or build or version.count(".") > 1
    exact = version if found[2] in ("=", "==") and whole and re.fullmatch(r"\d[\w.!+]*", version) else ""
    return Spec(word, found[1].lower(), exact, constrained=bool(found[2]))


def _pacman(word: str) -> Spec:
    if is_url(word) or ".pkg.tar" in word:
        return package_file(word)
    name = word.rpartition("/")[2]  # repository/name
    return Spec(word, re.split(r"[<>=]", name)[0], constrained=name != re.split(r"[<>=]", name)[0])


def _pear(word: str) -> Spec:
    """The spec of ``redis-5.3.7``, ``channel://pecl.php.net/redis`` or ``xdebug-beta``."""
    if is_url(word) or word.endswith(".tgz") or word.startswith((".", "/")):
        return package_file(word)
    found = re.match(r"(.+?)-(\d[\w.]*)$", word.rpartition("/")[2])
    return Spec(word, found[1] if found else word.rpartition("/")[2], found[2] if found else "", constrained=bool(found))


def _cpan(word: str) -> Spec:
    if is_url(word) or word.endswith((".tar.gz", ".tgz")) or word.startswith((".", "/")):
        return package_file(word)
    found = re.match(r"([\w:]+)([@~])(.+)$", word)
    name = (found[1] if found else word).replace("::", "-")
    return Spec(word, name, found[3].lstrip("v") if found and found[2] == "@" else "", constrained=bool(found))


def _dotnet(word: str) -> Spec:
    name, at, version = word.partition("@")
    return Spec(word, name, version if re.fullmatch(r"\d+(?:\.\d+)+[\w.-]*", version) else "", constrained=bool(at))


def _maven(word: str) -> Spec:
    group, artifact, version = [*word.split(":"), "", ""][:3]
    exact = "" if version in ("LATEST", "RELEASE") or version.startswith(("[", "(")) else version
    return Spec(word, f"{group}:{artifact}", exact, constrained=bool(exact))


def _after_at(word: str) -> Spec:
    """The spec of ``phoenix@1.4.0``."""
    name, at, version = word.partition("@")
    exact = re.fullmatch(r"\d+(?:\.\d+)+[\w.+-]*", version)
    return Spec(word, name, version if exact else "", constrained=bool(at))


def _cabal(word: str) -> Spec:
    if _is_place(word) or ":" in word:  # or a target of the project
        return Spec(word, word, kind="file", constrained=True)
    found = re.match(r"(.+)-(\d+(?:\.\d+)*)$", word)
    return Spec(word, found[1] if found else word, found[2] if found else "", constrained=bool(found))


def _opam(word: str) -> Spec:
    if _is_place(word):
        return Spec(word, word, kind="file", constrained=True)
    name, dot, version = word.partition(".")
    return Spec(word, name, version, constrained=bool(dot))


def _conan(word: str) -> Spec:
    name, slash, version = word.partition("@")[0].partition("/")
    return Spec(word, name, "" if version.startswith("[") else version.partition("#")[0], constrained=bool(slash))


def _is_place(word: str) -> bool:
    return word.startswith((".", "/"))


def _plain(word: str) -> Spec:
    return Spec(word, word)


_READERS: dict[str, Callable[[str], Spec]] = {
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
    "uv": _poetry,
    "pdm": _pip,
    "pipenv": _pip,
    "poetry": _poetry,
    "conda": _conda,
    "npx": _npm,
    "bun": _npm,
    "corepack": _npm,
    "pacman": _pacman,
    "pear": _pear,
    "cpan": _cpan,
    "dotnet": _dotnet,
    "nuget": _plain,
    "luarocks": _plain,
    "install_packages": _apt,
    "easy_install": _pip,
    "rye": _poetry,
    "pixi": _conda,
    "deno": _npm,
    "maven": _maven,
    "hex": _after_at,
    "pub": _after_at,
    "cabal": _cabal,
    "opam": _opam,
    "conan": _conan,
}

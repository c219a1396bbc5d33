"""The source repositories that a build gets, each with its release if a tag names it.

``git clone`` gets the release of ``--branch``, or that of a ``git checkout`` after it; ADD that after ``#`` or in the query. A
branch is not a release: the version is "".
**Source:** git-clone(1), git-checkout(1); Dockerfile reference, "ADD", sources; npm, "install", git remotes.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from careen.formats.feeds.software import cpe_of_archive
from careen.formats.packages.java_runtime import runtime_cpe
from careen.formats.packages.release_tag import version_of_tag
from careen.formats.shell.package_commands import read_options
from careen.model.package import Package

CODE = ("generic", "github", "gitlab", "bitbucket")  # types of archives and repositories
_BUILDS = frozenset(("pypi", "npm", "gem", "cargo"))  # what package managers build from those
_HOSTED = re.compile(r"(?:https?|git|ssh)://(?:[^@/]*@)?([\w.-]+)[/:]([\w./-]+?)(?:\.git)?(?:@([\w./-]+))?(?:#.*)?$")
_GIT = re.compile(r"^(?:git@|git://|ssh://)|\.git(?:[?#]|$)")
_TAG = re.compile(r"\d[._]\d")
_ASKED = re.compile(r"(?:^|&)(?:tag|ref|branch)=([^&]+)")
_OF_GIT = frozenset(("-C", "-c", "--git-dir", "--work-tree"))
_OF_CLONE = frozenset(("-b", "--branch", "--depth", "-c", "--config", "-o", "--origin", "-j", "--jobs", "--filter"))


def cloned(commands: Sequence[Sequence[str]]) -> Iterator[tuple[Package, str, int]]:
    """The repositories that the commands of a script clone, each with its address and the index of its command."""
    open: tuple[Package, str, int] | None = None  # without a release so far
    for at, words in enumerate(commands):
        action, rest = _of_git(words)
        if action == "clone":
            if open is not None:
                yield open
            open = None
            options = read_options(rest, _OF_CLONE)
            if options.words and (hosted := _HOSTED.match(options.words[0])):
                package = _of_tag(_of_host(hosted), next(iter(options.values("-b", "--branch")), ""))
                open = package, options.words[0], at
        elif action in ("checkout", "reset", "switch") and open is not None and not open[0].version:
            tag = next((word for word in rest if not word.startswith("-") and _TAG.search(word)), "")
            open = _of_tag(open[0], tag), open[1], open[2]
    if open is not None:
        yield open


def added(address: str) -> Package | None:
    """The repository that ADD clones; None if it is another address, or a file."""
    if not _GIT.search(address):
        return None
    url, _, after = address.partition("#")
    url, _, query = url.partition("?")
    hosted = _HOSTED.match(re.sub(r"^git@([\w.-]+):", r"ssh://git@\1/", url))
    if hosted is None:
        return None
    asked = _ASKED.search(query)
    return _of_tag(_of_host(hosted), (asked[1] if asked else after.partition(":")[0]).removeprefix("refs/tags/"))


def repository_of(name: str, text: str, *, of_npm: bool, of_poetry: bool = False) -> Package:
    """The repository that a package manager installs from. npm and Poetry have the tag after ``#``, and npm
    ``owner/repository`` for GitHub; other tools have it after ``@``."""
    if of_npm:
        text = re.sub(r"^(?:github:)?([\w.-]+/[\w.-]+)(?=#|$)", r"https://github.com/\1", text)
    if of_npm or of_poetry:
        text = re.sub(r"#(?!semver:)([\w./-]+)$", r"@\1", text)
    hosted = _HOSTED.search(text)
    return replace(_of_host(hosted), version=hosted[3] or "") if hosted else Package("generic", None, name, "")


def built_from(source: Package, kind: str | None, stated: str = "") -> tuple[Package, bool]:
    """The package that a language's package manager builds from an archive or a repository with a release, and whether its
    name is certain: a name that the command states, or that of a Python source archive. A repository most often has its
    package's name. Other sources stay what they are, with False.
    """
    version = source.version if source.type == "generic" else version_of_tag(source.version)
    if kind not in _BUILDS or source.type not in CODE or not _TAG.search(source.version):  # a commit is not a release
        return source, False
    name = stated or source.name.rpartition("/")[2]
    certain = bool(stated) or (kind == "pypi" and source.type == "generic")
    return replace(source, type=kind, name=name, version=version, cpe=None), certain


def of_software(package: Package) -> Package:
    """The package, with its name in the CPE dictionary if it is an archive or a repository of well-known software."""
    if package.type not in CODE or not package.version:
        return package
    if package.type == "generic" and package.name == "openjdk":
        return replace(package, cpe=runtime_cpe(package.name, package.version))
    return replace(package, cpe=cpe_of_archive(package.name.rpartition("/")[2], version_of_tag(package.version)))


def _of_git(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The action of git and the words after it; "" for another program."""
    if not words or words[0].rpartition("/")[2] != "git":
        return "", ()
    at = 1
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in _OF_GIT else 1
    return "".join(words[at : at + 1]), tuple(words[at + 1 :])


def _of_host(hosted: re.Match[str]) -> Package:
    return Package("github" if hosted[1] == "github.com" else "generic", None, hosted[2].strip("/"), "")


def _of_tag(package: Package, tag: str) -> Package:
    if not _TAG.search(tag) or "$" in tag:
        return package
    version = tag if package.type == "github" else version_of_tag(tag)
    return of_software(replace(package, version=version))

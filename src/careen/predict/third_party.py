"""Third-party repositories in the stages of a Dockerfile, and which packages come from them.

If a package whose metadata was read adds a repository, any later system package of the stage may come from it. If only a
repository's URL is known, packages come from it whose name begins with a word of the URL (``docker-ce`` after
download.docker.com). If only the name of the package that adds it is known, packages with all its words do
(``mysql-community-server`` after ``mysql-community-release``, but not ``mysql-server``). A version with the mark of a
distribution is always from the distribution.
"""

import re
from collections import defaultdict

from careen.distributions.registry import profiles
from careen.formats.dockerfile.stages import Dockerfile, Step
from careen.model.package import Package

# A maker's build for Ubuntu ends in its release (1ubuntu16.04), Ubuntu's own has a number (4ubuntu9, 0ubuntu0.16.04.1).
_OWN_BUILD = re.compile(r"ubuntu\d(?!\d\.(?:04|10)$)|[+~]deb\d+u\d|\.el\d+_\d|\.module[_+]el\d|\.amzn\d")
_ADDS = re.compile(
    r"add-apt-repository|apt-add-repository|--add-?repo|\baddrepo\b|\bcopr\b|sources\.list|(?:yum|zypp/)\.?repos\.d|apk/repositories"
)
_OF_REPOSITORY = re.compile(r"\.repo\b|gpg|\.asc\b|\bkeys?\b|setup|script\.(?:deb|rpm)")  # in a URL
_PLACES = re.compile(r"https?://[^\s\"']+|\bppa:\S+|\bcopr enable (?:-\S+ )*[^-\s]\S*")
_MARKS = ("repo", "sources.list", "copr", "://")  # one of them is in any step that adds a repository
_BRINGS = re.compile(r"(?:^|[-_])(?:release|repos?|repository|config|keyring|source)(?:[-_.]|$)")
_WORD = re.compile(r"[a-z]+")
_UNNAMED = "a repository"
_URL = re.compile(r"https?://(?:[^/]*@)?([\w.-]+)(?::\d+)?(?=/|$)")
_PLAIN = re.compile(r"[a-z][a-z.-]{0,19}")
# Common words of URLs and names, which identify nothing.
_COMMON = frozenset(
    (
        *("apt", "com", "config", "deb", "download", "http", "https", "key", "keys", "lib"),
        *("linux", "main", "net", "org", "packages", "python", "release", "repo", "repository", "rpm", "server", "sources"),
        *("stable", "tools", "yum"),
    )
)


class ThirdParty:
    """Decides which packages come from third-party repositories. Call ``begin`` for each step in order, then
    ``downloaded`` and ``repository_of`` for its packages."""

    def __init__(self, document: Dockerfile) -> None:
        self._document = document
        self._open: dict[int, str] = {}  # stages with a repository from a package that was read, and its name
        # Words of the URLs of repositories, and in names of packages that add repositories, with these URLs and names.
        self._addresses: defaultdict[int, dict[str, str]] = defaultdict(dict)
        self._names: defaultdict[int, list[tuple[set[str], str]]] = defaultdict(list)

    def begin(self, step: Step) -> None:
        text = step.instruction.text
        if step.keyword not in ("RUN", "ADD") or not any(mark in text for mark in _MARKS):
            return
        pipelines: defaultdict[int, list[str]] = defaultdict(list)
        for command in step.commands:
            pipelines[command.pipeline] += [*command.words, *(redirect.target for redirect in command.redirects)]
        for line in [" ".join(words) for words in pipelines.values()] or [text]:
            places = _PLACES.findall(line)
            if _ADDS.search(line) or any(_OF_REPOSITORY.search(place) for place in places):
                self._addresses[step.stage] |= {word: shown(place) for place in places for word in _words(place)}

    def downloaded(self, step: Step, address: str, name: str) -> None:
        head = self._document.head(address)
        if head is not None and head.is_repository:
            self._open[step.stage] = name or _UNNAMED
        elif head is None and _BRINGS.search(name):
            self._names[step.stage].append((_words(name), name))

    def repository_of(self, step: Step, package: Package) -> str | None:
        """What identifies the third party: the address of its repository, or the name of the package that adds it. None for
        a package of the distribution.
        """
        if not (self._open or self._addresses or self._names) or _OWN_BUILD.search(package.version):
            return None
        stages = [stage.index for stage in self._document.lineage(self._document.stages[step.stage])]
        first, words = _WORD.match(package.name.lower()), _words(package.name)
        added = (name for stage in stages for needed, name in self._names.get(stage, ()) if needed and needed <= words)
        addresses = (self._addresses.get(stage, {}).get(first[0]) for stage in stages if first)
        opened = (self._open.get(stage) for stage in stages)
        return next(filter(None, (*addresses, *added, *opened)), None)


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.lower()) if len(word) > 2} - _COMMON - profiles().keys()


def shown(place: str) -> str:
    """The host of a URL and the plain words of its path: other parts may be secrets. Other places stay as they are."""
    if "://" not in place:
        return place
    address = re.split("[?#]", place, maxsplit=1)[0]
    host = _URL.match(address)
    if host is None:
        return _UNNAMED
    return "/".join((host[1], *filter(_PLAIN.fullmatch, address[host.end() + 1 :].split("/"))))

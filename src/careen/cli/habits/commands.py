"""Commands of Trivy, Grype, Syft, Docker Scout, Snyk and Clair, and the words of ours in their place.

**Source:** their documentation and help texts.
"""

from collections.abc import Callable, Sequence

from .meaning import Meaning

# What these commands do with their only argument.
ACTIONS = {"registry": "scan", "origin": "identify"}


def command_meaning(word: str, rest: Sequence[str]) -> Meaning | None:
    """The meaning of a line's first word as a command of another scanner; None if no scanner has this command.

    ``rest``: the other words of the line that are not flags.
    """
    found = COMMANDS.get(word)
    return found(rest) if found else _target(word)


def our_command_meaning(word: str, rest: Sequence[str]) -> Meaning | None:
    """The meaning in other scanners of a word that is a command of Careen with another purpose; None if the line fits
    Careen's own command."""
    if word == "config" and rest and rest[0] != "show":
        return Meaning(as_paths(rest), command="check")
    if word == "db" and rest:
        return DATABASE[rest[0]](rest[1:]) if rest[0] in DATABASE else None
    if word == "registry" and rest[:1] == ("login",):
        return Meaning(why=f"Careen uses the logins of Docker and Podman: docker login {' '.join(rest[1:])}".rstrip())
    if word in ACTIONS and len(rest) == 1 and any(mark in rest[0] for mark in ":./"):
        return Meaning((ACTIONS[word], *rest), command=word)
    return None


def as_paths(words: Sequence[str]) -> tuple[str, ...]:
    """The words as Careen recognises paths: a word that may be the name of an image gets ``./`` before it."""
    from careen.images.paths import is_path

    return tuple(word if ":" in word or is_path(word) else f"./{word}" for word in words)


def _target(word: str) -> Meaning | None:
    """The meaning of a first word that is not a command: Grype and Syft have none before the reference. A bare word
    may be a mistyped command: it is not run."""
    if word == "-" or any(mark in word for mark in ":/@") or (word.startswith(".") and len(word) < 3):
        return Meaning((word,), command="scan")
    return None


def _image(rest: Sequence[str]) -> Meaning:
    return Meaning(tuple(rest), command="scan")


def _folder(rest: Sequence[str]) -> Meaning:
    return Meaning(as_paths(rest), command="scan")


def _repository(rest: Sequence[str]) -> Meaning:
    if any("://" in word or word.startswith("git@") for word in rest):
        return Meaning(("./source",), f"Careen clones nothing: git clone {rest[0]} source", "scan")
    return _folder(rest)


def _configuration(rest: Sequence[str]) -> Meaning:
    return Meaning(as_paths(rest), command="check")


def _cluster(rest: Sequence[str]) -> Meaning:
    context = tuple(word for word in rest if word not in ("cluster", "all"))[:1]
    why = "Careen checks the configuration of a cluster, and careen agent reports its images to a server"
    return Meaning(("--cluster", *context), why, "check")


def _disk(rest: Sequence[str]) -> Meaning:
    return Meaning(("directory:/mnt",), "Careen reads no disk images: mount it read-only", "scan")


def _plain(command: str, *words: str, why: str = "") -> Callable[[Sequence[str]], Meaning]:
    return lambda rest: Meaning((*words, *rest), why, command)


def _alone(command: str, *words: str, why: str) -> Callable[[Sequence[str]], Meaning]:
    return lambda rest: Meaning(words, why, command, alone=True)


def _snyk_container(rest: Sequence[str]) -> Meaning:
    return Meaning(tuple(rest[1:]), "Careen has one command for this", "scan")


def _snyk_test(rest: Sequence[str]) -> Meaning:
    return Meaning(as_paths(rest or (".",)), "Careen has one command for images and folders", "scan")


_PLUGINS = "Careen's plugins are Python modules in a folder: docs/walk.md"
_ONE = "this command has another name here"

COMMANDS: dict[str, Callable[[Sequence[str]], Meaning]] = {
    # Trivy
    "image": _image,
    "i": _image,
    "fs": _folder,
    "filesystem": _folder,
    "rootfs": _folder,
    "repo": _repository,
    "repository": _repository,
    "conf": _configuration,
    "k8s": _cluster,
    "kubernetes": _cluster,
    "vm": _disk,
    "server": _alone("serve", why="Careen's server watches registries, and has an API"),
    "client": _plain("scan", why="name the server with --server"),
    "clean": _alone("cache", "clear", why=_ONE),
    "plugin": _alone("config", "show", why=_PLUGINS),
    "module": _alone("config", "show", why=_PLUGINS),
    # Syft
    "packages": _plain("inventory", why=_ONE),
    # Docker Scout
    "cves": _plain("scan", why=_ONE),
    "quickview": _plain("scan", why=_ONE),
    "qv": _plain("scan", why=_ONE),
    "recommendations": _plain("fix", why=_ONE),
    "compare": _plain("diff", why=_ONE),
    # Snyk
    "container": _snyk_container,
    "test": _snyk_test,
    "iac": lambda rest: Meaning(as_paths(rest[1:] or (".",)), _ONE, "check"),
    "monitor": _plain("scan", why="a server watches registries: careen serve"),
    # clairctl
    "report": _plain("scan", why=_ONE),
    "manifest": _plain("scan", why=_ONE),
}

DATABASE: dict[str, Callable[[Sequence[str]], Meaning]] = {
    "check": _alone("db", "status", why="the status shows how old the data are"),
    "delete": _alone("db", "update", why="an update replaces the database in use"),
    "search": lambda rest: Meaning(tuple(word for word in rest if word != "vuln")[:1], _ONE, "explain", alone=True),
    "providers": _alone("db", "status", "--verbose", why=_ONE),
}

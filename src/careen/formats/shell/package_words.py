"""The command line of a package manager without the programs around it, in the form in which it is parsed.

``plain_words(words)`` leaves out interpreters (``python -I -m pip``, ``php composer.phar``) and spells out what has its own
command: ``uvx`` is ``uv execute``, ``npm init x`` is ``npm execute create-x``. Programs that name packages in a way of their
own (Maven, Coursier, Mix, Dart …) get ``install`` and one word for each package.
**Source:** the manuals of these programs.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

Words = Sequence[str]
_PYTHON_VALUED = ("-W", "-X", "--check-hash-based-pycs")
_PHP_VALUED = ("-d", "-c", "-z")
_COORDINATES = re.compile(r"[\w.-]+(?::[\w.-]+){2,4}")


def plain_words(words: Words) -> Words:
    program = words[0].rpartition("/")[2] if words else ""
    name = re.sub(r"^(python|pypy|php|easy_install)[\d.-]*$", r"\1", program)
    reader = _READERS.get(name)
    return reader(words) if reader else words


def _python(words: Words) -> Words:
    at = _after_flags(words, _PYTHON_VALUED)
    if "".join(words[at : at + 1]).rpartition("/")[2] == "get-pip.py":
        return ("pip", "install", *words[at + 1 :])
    if list(words[at : at + 1]) != ["-m"] or at + 1 >= len(words):
        return ()
    return plain_words(words[at + 1 :]) if words[at + 1] not in ("python", "pypy") else ()


def _php(words: Words) -> Words:
    at = _after_flags(words, _PHP_VALUED)
    name = words[at].rpartition("/")[2] if at < len(words) else ""
    return ("composer", *words[at + 1 :]) if name in ("composer", "composer.phar") else ()


def _after_flags(words: Words, valued: Words) -> int:
    """The index of the first word after the program that is ``-m`` or no flag."""
    at = 1
    while at < len(words) and words[at].startswith("-") and words[at] != "-m":
        at += 2 if words[at] in valued else 1
    return at


def _uv(words: Words) -> Words:
    if words[1:2] and words[1] == "pip":
        return ("pip", *words[2:])
    if tuple(words[1:3]) == ("tool", "run"):
        return ("uv", "execute", *words[3:])
    return ("uv", *words[2:]) if words[1:2] and words[1] == "tool" else words


def _npm(words: Words) -> Words:
    """The words; of ``npm init NAME`` the package ``create-NAME``, which the command runs."""
    if not words[1:2] or words[1] not in ("init", "create", "innit"):
        return words
    at = next((index for index, word in enumerate(words[2:], 2) if not word.startswith("-")), 0)
    return (words[0], "execute", _creating(words[at])) if at else words


def _creating(name: str) -> str:
    """The package that creates a project: of ``react-app@1`` it is ``create-react-app@1``, of ``@scope`` ``@scope/create``."""
    if not name.startswith("@"):
        return f"create-{name}"
    scope, slash, rest = name.partition("/")
    if slash:
        return f"{scope}/create-{rest}"
    scope, at, version = scope[1:].partition("@")
    return f"@{scope}/create{at}{version}"


def _deno(words: Words) -> Words:
    named = [word.removeprefix("npm:") for word in words[2:] if word.startswith("npm:")]
    return ("deno", "install", *named) if words[1:2] and words[1] in ("install", "i", "add", "cache", "run") else ()


def _bundle(words: Words) -> Words:
    return ("gem", "install", *words[2:]) if words[1:2] and words[1] == "add" else words


def _maven(words: Words) -> Words:
    if not any(re.search(r"(?:^dependency|maven-dependency-plugin(?::[\w.-]+)?):(?:get|copy|unpack)$", word) for word in words):
        return ()
    settings = {name: value for name, _, value in (word[2:].partition("=") for word in words if word.startswith("-D"))}
    artifact = settings.get("artifact") or ":".join(settings.get(key, "") for key in ("groupId", "artifactId", "version"))
    return ("maven", "install", *_named(artifact.split(",")))


def _coursier(words: Words) -> Words:
    return ("maven", "install", *_named(words[2:]))


def _jbang(words: Words) -> Words:
    values = [following for word, following in pairwise(words) if word == "--deps"]
    values += [word.partition("=")[2] for word in words if word.startswith("--deps=")]
    return ("maven", "install", *_named([name for value in values for name in value.split(",")]))


def _named(words: Words) -> list[str]:
    """The coordinates of artifacts among the words, each as ``group:artifact:version``."""
    return [":".join((*(parts := word.split(":"))[:2], parts[2])) for word in words if _COORDINATES.fullmatch(word)]


def _mix(words: Words) -> Words:
    rest = [word for word in words[2:] if not word.startswith("-")]
    installs = words[1:2] and words[1] in ("archive.install", "escript.install") and rest[:1] == ["hex"]
    return ("hex", "install", "@".join(rest[1:3])) if installs and len(rest) > 1 else ()


def _dart(words: Words) -> Words:
    rest = [word for word in words[1:] if not word.startswith("-")]
    return ("pub", "install", "@".join(rest[3:5])) if rest[:3] == ["pub", "global", "activate"] and len(rest) > 3 else ()


def _cabal(words: Words) -> Words:
    named = [word for word in words[2:] if not word.startswith("-")]
    return ("cabal", "install", *named) if words[1:2] and re.fullmatch(r"(?:v[12]-)?install", words[1]) else ()


def _conan(words: Words) -> Words:
    named = [word.partition("=")[2] for word in words if word.startswith(("--requires=", "--tool-requires="))]
    named += [word for word in words[2:] if re.fullmatch(r"[a-z0-9_][\w.+-]*/[\d\[][^@]*(?:@.*)?", word)]
    return ("conan", "install", *named) if words[1:2] and words[1] in ("install", "download") else ()


def _pixi(words: Words) -> Words:
    rest = words[2:] if words[1:2] and words[1] == "global" else words[1:]
    return ("pixi", *rest)


def _installer(words: Words) -> Words:
    """The words of a program that does nothing but install."""
    return (words[0].rpartition("/")[2], "install", *words[1:])


def _easy_install(words: Words) -> Words:
    return ("easy_install", "install", *words[1:])


def _uvx(words: Words) -> Words:
    return ("uv", "execute", *words[1:])


def _composer(words: Words) -> Words:
    return ("composer", *words[1:])


_READERS: dict[str, Callable[[Words], Words]] = {
    "python": _python,
    "pypy": _python,
    "php": _php,
    "composer.phar": _composer,
    "easy_install": _easy_install,
    "uv": _uv,
    "uvx": _uvx,
    "npm": _npm,
    "yarn": _npm,
    "pnpm": _npm,
    "bun": _npm,
    "deno": _deno,
    "bundle": _bundle,
    "bundler": _bundle,
    "mvn": _maven,
    "mvnw": _maven,
    "cs": _coursier,
    "coursier": _coursier,
    "jbang": _jbang,
    "mix": _mix,
    "dart": _dart,
    "flutter": _dart,
    "cabal": _cabal,
    "stack": _cabal,
    "conan": _conan,
    "pixi": _pixi,
    "install_packages": _installer,
    "clean-install": _installer,
}

"""The language runtime that a version manager installs (``nvm install 18.2.0``, ``rustup default 1.60.0``), or that gets into
what a compiler builds.

Its version is "" unless it is exact: ``nvm install 18`` takes the newest release of the day.
**Source:** the documentation of these programs.
"""

import re
from collections.abc import Sequence

from careen.formats.images.image_name import parse
from careen.formats.shell.package_commands import read_options

# The words before the version, and the runtime; "" if a word before the version names it.
_MANAGERS: dict[str, tuple[tuple[tuple[str, ...], ...], str]] = {
    "asdf": ((("install",),), ""),
    "fnm": ((("install",),), "node"),
    "goenv": ((("install",),), "go"),
    "mise": ((("install",), ("use",)), ""),
    "n": (((),), "node"),
    "node-build": (((),), "node"),
    "nodenv": ((("install",),), "node"),
    "nvm": ((("install",),), "node"),
    "pyenv": ((("install",),), "python"),
    "rbenv": ((("install",),), "ruby"),
    "ruby-build": (((),), "ruby"),
    "rustup": ((("toolchain", "install"), ("install",), ("default",)), "rust"),
    "rvm": ((("install",),), "ruby"),
    "sdk": ((("install",),), ""),
    "tfenv": ((("install",),), "terraform"),
    "volta": ((("install",),), ""),
}
_VALUED = frozenset(("--profile", "-c", "--component", "-t", "--target", "--arch", "--with-gcc", "--autolibs"))
_LITERAL = ("asdf", "sdk")  # they take no other version than the one that is written: 24.0 is 24.0
_NAMES = {"golang": "go", "nodejs": "node", "java": "openjdk"}
_EXACT = re.compile(r"v?(\d+\.\d+\.\d+(?:-[\w.]+)?)")
_WRITTEN = re.compile(r"v?(\d+(?:\.\d+)+(?:-[\w.]+)?)")
_BUILT = re.compile(r"(?<=\d)-(?:otp-\d+|[a-z]+)$")  # for a release of Erlang, by a vendor
_NAMED = re.compile(r"([a-z]+)[-@](v?\d[\w.-]*)")


def read_runtime(words: Sequence[str]) -> tuple[str, str] | None:
    """Name and version of the runtime that a command installs; None for another command."""
    program = words[0].rpartition("/")[2] if words else ""
    if "--default-toolchain" in words:  # of rustup's installer, which a shell may run
        return "rust", _exact(words[words.index("--default-toolchain") + 1 :][:1])
    if program not in _MANAGERS:
        return None
    commands, name = _MANAGERS[program]
    rest = read_options(words[1:], _VALUED).words
    command = next((command for command in commands if rest[: len(command)] == command), None)
    rest = rest[len(command or ()) :]
    if command is None or not rest:
        return None
    if named := _NAMED.fullmatch(rest[0]):
        name, rest = named[1], (named[2],)
    elif not name:
        name, rest = rest[0], rest[1:]
    elif not re.match(r"v?\d|\$", rest[0]) and not (command and program in ("nvm", "rustup")):
        return None  # pypy, miniconda, or another action
    version = _exact([_BUILT.sub("", word) for word in rest[:1]], literal=program in _LITERAL)
    return _NAMES.get(name, name), _of_java(version) if name == "java" else version


def built_with(words: Sequence[str], image: str) -> str | None:
    """The version of Go's library in the programs that a command builds, by the name of the base image: "" if it names no
    patch release; None for other commands and images."""
    if tuple(words[:2]) not in (("go", "build"), ("go", "install")) or "$" in image:
        return None
    name = parse(image)
    version = re.match(r"(\d+\.\d+\.\d+)(?=$|-)", name.tag)
    return None if name.last != "golang" else version[1] if version else ""


def _exact(words: Sequence[str], *, literal: bool = False) -> str:
    found = (_WRITTEN if literal else _EXACT).fullmatch(words[0]) if words else None
    return found[1] if found else ""


def _of_java(version: str) -> str:
    """The version as the runtime states it: ``8.0.302`` is ``1.8.0_302``."""
    old = re.fullmatch(r"8\.0\.(\d+)", version)
    return f"1.8.0_{old[1]}" if old else version

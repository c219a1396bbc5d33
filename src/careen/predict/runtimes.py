"""The language runtime that a version manager installs: ``nvm install 18.2.0``, ``rustup default 1.60.0``.

Its version is "" unless it is exact: ``nvm install 18`` takes the newest release of the day.
**Source:** the documentation of these programs.
"""

import re
from collections.abc import Sequence

from careen.formats.shell.package_commands import read_options

# The words before the version, and the runtime; "" if a word before the version names it.
_MANAGERS: dict[str, tuple[tuple[tuple[str, ...], ...], str]] = {
    "asdf": ((("install",),), ""),
    "fnm": ((("install",),), "node"),
    "goenv": ((("install",),), "go"),
    "mise": ((("install",), ("use",)), ""),
    "n": (((),), "node"),
    "nodenv": ((("install",),), "node"),
    "nvm": ((("install",),), "node"),
    "pyenv": ((("install",),), "python"),
    "rbenv": ((("install",),), "ruby"),
    "rustup": ((("toolchain", "install"), ("install",), ("default",)), "rust"),
    "rvm": ((("install",),), "ruby"),
    "sdk": ((("install",),), ""),
    "tfenv": ((("install",),), "terraform"),
    "volta": ((("install",),), ""),
}
_VALUED = frozenset(("--profile", "-c", "--component", "-t", "--target", "--arch", "--with-gcc", "--autolibs"))
_NAMES = {"golang": "go", "nodejs": "node"}
_EXACT = re.compile(r"v?(\d+\.\d+\.\d+(?:-[\w.]+)?)")
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
    return _NAMES.get(name, name), _exact(rest)


def _exact(words: Sequence[str]) -> str:
    found = _EXACT.fullmatch(words[0]) if words else None
    return found[1] if found else ""

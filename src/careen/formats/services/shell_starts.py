"""Shell scripts, Makefiles and documents -> the containers that their ``docker run`` and the like start, option by option.

Each option has its line. Variables and arrays that the text sets are resolved; others stay as written. Nothing is run. Two
branches that start a container of one name give two containers. An image that the text itself builds has a build.
Raises: ValueError for a script that is too large or takes too long.
**Source:** as for ``shell``; POSIX.1-2024, XCU make; GNU make manual, "Writing Recipes".
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Values
from itertools import pairwise

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping
from careen.formats.shell.run_command import ENGINES, Word, started
from careen.formats.shell.syntax import Command, Elements, read_script

from .compose_service import Service
from .interpolate import interpolate

MAX_CONTAINERS = 500
MAX_WORDS = 500  # of an array of options
MAX_ROWS_BEFORE = 20  # comments and empty lines between a key and its text
MAX_EXPANDED = 64 * 1024  # characters of one command with variables resolved
Variables = dict[str, "str | list[Word]"]
_BUILDS = re.compile(r"\b(?:docker|podman|nerdctl|buildah)\b.*\b(?:build|bud|commit|import|tag)\b")
_ENGINE = re.compile(r"\b(?:docker|podman|nerdctl)(?:\.exe)?\b")
_STARTS = re.compile(r"\b(?:run|create)\b")
_CONTINUED = re.compile(r"\\\r?\n")
_WHOLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?:\[[@*]\])?\}|([A-Za-z_]\w*))\Z")
_FENCE = re.compile(r"\s{0,3}(```+|~~~+)\s*([\w+-]*)")
_SHELL_BLOCKS = frozenset(("", "bash", "console", "shell", "shell-session", "sh", "terminal", "zsh"))
_PROMPT = re.compile(r"^\s*+[$#>] ")
_LITERAL = re.compile(r"\$\(|`|\(\(")
_MAKE_SET = re.compile(r"\s*(?:export\s+|override\s+)?([A-Za-z_][\w.-]*)\s*(?::{0,3}=|\?=)\s*(.*)")
_MAKE_USE = re.compile(r"\$[({]([A-Za-z_][\w.-]*)[)}]")
_MAKE_HERE = re.compile(r"\$[({](?:CURDIR|PWD|shell pwd)[)}]|\$\$\(pwd\)|\$\$\{?PWD\}?")


def starts_containers(text: str) -> bool:
    """Whether the text is worth parsing: a (continued) line has an engine's name followed by run or create."""
    if not any(engine in text for engine in ENGINES):
        return False
    for row in _CONTINUED.sub(" ", text).split("\n"):
        engine = _ENGINE.search(row)
        if engine and _STARTS.search(row, engine.end()):
            return True
    return False


def in_script(text: str, path: str) -> list[Service]:
    text = text.replace("\r\n", "\n")
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    script = read_script(text, starts, range(1, len(starts) + 1))
    return _found(script.commands, text.split("\n"), {}, path)


def in_block(text: str, rows: Sequence[str], line: int, path: str, known: Values[str, str]) -> list[Service]:
    """The containers that a script within another file starts. ``rows``: of the file; ``line``: where the script begins, or
    the key before it."""
    text = text.replace("\r\n", "\n")
    first = _line_of(text.strip().partition("\n")[0], rows, line, line + MAX_ROWS_BEFORE) if text.strip() else line
    first -= text[: len(text) - len(text.lstrip())].count("\n")
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    script = read_script(text, starts, range(first, first + len(starts)))
    return _found(script.commands, rows, dict(known), path)


def in_markdown(text: str, path: str) -> list[Service]:
    """The containers that shell blocks of a document start; prompts are ignored."""
    rows = []
    fence = ""
    for row in text.replace("\r\n", "\n").split("\n"):
        match = _FENCE.match(row)
        inside = fence and not match
        if match:
            fence = "" if fence else match[1] if match[2].lower() in _SHELL_BLOCKS else "other"
        rows.append(_PROMPT.sub("", row) if inside and fence != "other" else "")
    return in_script("\n".join(rows), path)


def in_makefile(text: str, path: str) -> list[Service]:
    """The containers that the recipes start. Each recipe is a script; variables of make apply to all of them."""
    rows = text.replace("\r\n", "\n").split("\n")
    known = _make_variables(rows)
    found: list[Service] = []
    built: set[str] = set()
    for first, recipe in _recipes(rows):
        if not (starts_containers(recipe) or _BUILDS.search(recipe)):
            continue
        plain = _MAKE_USE.sub(lambda match: f"${{{match[1]}}}", _MAKE_HERE.sub(".", recipe)).replace("$$", "$")
        starts = [0, *(match.end() for match in re.finditer("\n", plain))]
        script = read_script(plain, starts, range(first, first + len(starts)))
        found += _containers(script.commands, rows, dict(known), path, built)
    return _with_builds(found[:MAX_CONTAINERS], built)


def _found(commands: Sequence[Command], rows: Sequence[str], known: Variables, path: str) -> list[Service]:
    built: set[str] = set()
    return _with_builds(list(_containers(commands, rows, known, path, built)), built)


def _containers(
    commands: Sequence[Command], rows: Sequence[str], known: Variables, path: str, built: set[str]
) -> Iterator[Service]:
    """The containers; the names of images that the commands build are added to ``built``."""
    count = 0
    for command in commands:
        _learn(command, rows, known)
        if not command.words:
            continue
        words = _located(command.words, command, rows, known)
        built.update(_tags(words))
        if service := started(words, path):
            yield service
            count += 1
            if count == MAX_CONTAINERS:
                return


def _tags(words: Sequence[Word]) -> Iterator[str]:
    """The names that a command gives an image which it builds, tags or imports."""
    texts = [word.text for word in words]
    if texts[0].rpartition("/")[2] not in (*ENGINES, "buildah"):
        return
    if {"build", "bud"} & set(texts[1:4]):
        for option, value in pairwise([*texts, ""]):
            if option in ("-t", "--tag"):
                yield value
            elif option.startswith("--tag="):
                yield option.removeprefix("--tag=")
    elif texts[1:2] in (["commit"], ["import"], ["tag"]):
        yield texts[-1]


def _with_builds(services: list[Service], built: set[str]) -> list[Service]:
    """The containers; one whose image the file builds has a build, as a service of a Compose file has."""
    for service in services:
        if service.image and service.image in built:
            yaml_document.put(service.node, "build", Mapping(service.node.line), service.node.line)
    return services


def _learn(command: Command, rows: Sequence[str], known: Variables) -> None:
    if command.words and command.program not in ("export", "local", "readonly", "declare", "typeset"):
        return  # X=1 command: only for that command
    for name, value in command.assignments:
        more = name.endswith("+")
        name = name.removesuffix("+")
        before = known.get(name)
        if isinstance(value, Elements):
            words = _located(value.split("\n"), command, rows, known)
            known[name] = [*(before if more and isinstance(before, list) else ()), *words][:MAX_WORDS]
        elif _LITERAL.search(value):
            known.pop(name, None)  # the output of a command
        else:
            text = interpolate(value, _texts(known))
            known[name] = (before if more and isinstance(before, str) else "") + text[:4096]


def _located(texts: Sequence[str], command: Command, rows: Sequence[str], known: Variables) -> list[Word]:
    """The words with variables resolved, each with its line; they are searched in the text in order."""
    found: list[Word] = []
    line = command.line
    size = 0
    for text in texts:
        line = _line_of(text, rows, line, command.end_line)
        for word in _expanded(Word(text, line), known):
            size += len(word.text)
            if size > MAX_EXPANDED:
                return found
            found.append(word)
    return found


def _line_of(word: str, rows: Sequence[str], line: int, end_line: int) -> int:
    mark = word.partition("\n")[0][:60]
    return next((number for number in range(line, min(end_line, len(rows)) + 1) if mark in rows[number - 1]), line)


def _expanded(word: Word, known: Variables) -> list[Word]:
    if "$" not in word.text:
        return [word]
    whole = _WHOLE.match(word.text)
    value = known.get(whole[1] or whole[2]) if whole else None
    if isinstance(value, list):
        return value
    if value is not None and (value.lstrip().startswith("-") or not value.strip()):
        return [Word(part, word.line) for part in _split(value)]  # quoted options would be one word
    return [Word(interpolate(word.text, _texts(known)), word.line)]


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split()


def _texts(known: Variables) -> dict[str, str]:
    return {name: value for name, value in known.items() if isinstance(value, str)}


def _make_variables(rows: Sequence[str]) -> Variables:
    known: Variables = {}
    for row in rows:
        if not row.startswith("\t") and (match := _MAKE_SET.fullmatch(row)) and not re.search(r"\$\(\w+\s", match[2]):
            value = _MAKE_USE.sub(lambda found: f"${{{found[1]}}}", _MAKE_HERE.sub(".", match[2]))
            known[match[1]] = interpolate(value.partition(" #")[0].strip(), _texts(known))[:4096]
    return known


def _recipes(rows: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Each recipe line with its continuations, and its first line number."""
    number = 0
    while number < len(rows):
        first = number
        number += 1
        if not rows[first].startswith("\t"):
            continue
        parts = [rows[first][1:].lstrip("@-+ ")]
        while parts[-1].endswith("\\") and number < len(rows):
            parts.append(rows[number].removeprefix("\t"))
            number += 1
        yield first + 1, "\n".join(parts)

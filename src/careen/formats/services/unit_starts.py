"""systemd units -> the containers that their command lines start, each option with its line.

``Exec…=`` of a service are commands; scripts within them (``sh -c``) are read too. Values of ``Environment=`` are resolved;
specifiers (``%n``) stay as written.
Raises: ValueError as ``systemd_unit`` does.
**Source:** systemd.service(5), "Command lines".
"""

import posixpath

from careen.formats.shell.run_command import Word, started
from careen.formats.shell.syntax import command_of

from .compose_service import Service
from .interpolate import interpolate
from .systemd_unit import Setting, read

_PREFIXES = "-@:+!|"
_COMMANDS = frozenset(("ExecStart", "ExecStartPre", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost", "ExecCondition"))


def containers(text: str, path: str) -> list[Service]:
    settings = read(text)
    known = dict(_variables(settings))
    found = []
    for setting in settings:
        if setting.section != "Service" or setting.key not in _COMMANDS:
            continue
        words = [Word(interpolate(word.text, known), word.line) for word in setting.words()]
        if not words:
            continue
        words[0] = Word(words[0].text.lstrip(_PREFIXES), words[0].line)
        if service := _started(words, path):
            found.append(service)
    return found


def _started(words: list[Word], path: str) -> Service | None:
    if service := started(words, path):
        return service
    last = words[-1].line
    for command in command_of([word.text for word in words], words[0].line, last).commands:
        service = started([Word(word, _line(word, words)) for word in command.words], path)
        if service:
            return service
    return None


def _line(text: str, words: list[Word]) -> int:
    return next((word.line for word in words if text in word.text), words[0].line)


def _variables(settings: tuple[Setting, ...]) -> list[tuple[str, str]]:
    pairs = []
    for setting in settings:
        if setting.section == "Service" and setting.key == "Environment":
            for word in setting.words():
                name, equals, value = word.text.partition("=")
                if equals and posixpath.basename(name) == name:
                    pairs.append((name, value))
    return pairs

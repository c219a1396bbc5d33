"""A Dockerfile with the commands of the scripts that it copies and starts: ``COPY install.sh /`` and ``RUN /install.sh``.

The commands of a script follow the command that starts it, at its line; ``$1`` and the like are the words after it. Only shell
scripts are read. A script that a step creates or downloads, or that the base image has, is not known.
"""

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.dockerfile.run_script import is_shell
from careen.formats.dockerfile.stages import Call, Dockerfile, Step
from careen.formats.dockerfile.variables import MAX_ADDED, resolved_words
from careen.formats.shell.package_commands import read_call
from careen.formats.shell.syntax import Command, read_script
from careen.formats.shell.wrappers import SHELLS

from .context import Context
from .context_files import Copied, Files

MAX_SCRIPTS = 50  # in one Dockerfile
MAX_COMMANDS = 20_000  # of all scripts
MAX_DEPTH = 3  # scripts that start scripts


class _Following(Struct):
    files: Files
    unread: dict[str, None] = {}
    scripts: int = 0
    left: int = MAX_COMMANDS
    added: int = MAX_ADDED  # characters that variables may still add to the words of commands

    def words_of(self, command: Command, step: Step) -> tuple[str, ...]:
        words = resolved_words(command.words, step.known, self.added)
        self.added -= max(sum(map(len, words)) - sum(map(len, command.words)), 0)
        return words


def with_scripts(document: Dockerfile, context: Context, counted: Collection[int]) -> tuple[Dockerfile, tuple[str, ...]]:
    """The Dockerfile with the commands of its scripts, and a reason for each script that is not read. ``counted`` are the
    stages whose files get into the image."""
    following = _Following(Files(document, context))
    files = following.files
    longer: dict[int, tuple[Command, ...]] = {}
    for stage in document.stages:
        files.begin(stage)
        for step in document.performed(stage):
            if step.keyword != "RUN":
                files.take(step)
            elif stage.index in counted and step.commands:
                copies = [*files.copies[stage.index], *files.mounts(step)]
                commands = tuple(_followed(step.commands, step, copies, files.folders[stage.index], following, 0))
                if len(commands) > len(step.commands):
                    longer[step.line] = commands
    following.added = MAX_ADDED
    return _with_commands(document, longer, following) if longer else document, tuple(following.unread)


def _followed(
    commands: Sequence[Command], step: Step, copies: Sequence[Copied], folder: str, following: _Following, depth: int
) -> Iterator[Command]:
    """The commands, each with those of the script that it starts."""
    for command in commands:
        yield command
        words = following.words_of(command, step)
        if words[:1] == ("cd",) and len(words) > 1 and "$" not in words[1]:
            folder = posixpath.normpath(posixpath.join(folder, words[1]))
        path, arguments = _script(words)
        if not path or "$" in path:
            continue
        place = f"{following.files.document.path}:{command.line}"
        try:
            inside = _commands(posixpath.normpath(posixpath.join(folder, path)), path, command, copies, following, depth)
        except ValueError as error:
            following.unread[f"{place}: {error}"] = None
            continue
        if inside:
            named = tuple((str(number), word) for number, word in enumerate(arguments, 1))
            if named:
                yield Command((), command.line, command.end_line, named)
            yield from _followed(inside, step, copies, folder, following, depth + 1)


def _commands(
    place: str, path: str, command: Command, copies: Sequence[Copied], following: _Following, depth: int
) -> tuple[Command, ...]:
    """The commands of the script at ``place``, at the line of the command that starts it; () if it is no shell script that
    the context has. Raises ValueError with the reason if it is not read."""
    found = following.files.find(place, copies)
    if found is None:
        if path.endswith((".sh", ".bash")) and command.program not in (".", "source"):
            raise ValueError(f"the script {path} is not in the build context, so that what it installs is unknown")
        return ()
    text = found[1].decode("utf-8", "replace")
    if "\0" in text:
        return ()
    if command.program not in (*SHELLS, ".", "source") and not is_shell(text):
        raise ValueError(f"the script {path} is not of a shell, so that what it installs is unknown")
    following.scripts += 1
    if depth >= MAX_DEPTH or following.scripts > MAX_SCRIPTS:
        raise ValueError(f"the script {path} is not read: it is over the limit of scripts that are followed")
    script = read_script(text)
    following.left -= len(script.commands)
    if following.left < 0 or script.cut:
        raise ValueError(f"the script {path} has more commands than are read")
    return tuple(replace(inner, line=command.line, end_line=command.end_line) for inner in script.commands)


def _script(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The path of the script that a command starts, and its arguments; "" if there is none."""
    program = words[0].rpartition("/")[2] if words else ""
    if program in (".", "source"):
        return (words[1], words[2:]) if len(words) > 1 else ("", ())
    if program not in SHELLS:
        return (words[0], words[1:]) if words and "/" in words[0] else ("", ())
    at = 1
    while at < len(words) and words[at][:1] in ("-", "+"):
        if re.fullmatch(r"-[a-z]*[cs]", words[at]) or words[at] == "-":
            return "", ()
        at += 2 if re.fullmatch(r"[-+][a-z]*o", words[at]) else 1
    return (words[at], words[at + 1 :]) if at < len(words) else ("", ())


def _with_commands(document: Dockerfile, longer: dict[int, tuple[Command, ...]], following: _Following) -> Dockerfile:
    stages = tuple(
        replace(
            stage,
            steps=tuple(
                replace(step, commands=longer[step.line]) if step.keyword == "RUN" and step.line in longer else step
                for step in stage.steps
            ),
        )
        for stage in document.stages
    )
    calls = {
        step.line: tuple(
            Call(command, step, read_call(following.words_of(command, step))) for command in step.commands if command.words
        )
        for stage in stages
        for step in stage.steps
        if step.keyword == "RUN" and step.line in longer
    }
    return replace(document, stages=stages, by_step={**document.by_step, **calls})

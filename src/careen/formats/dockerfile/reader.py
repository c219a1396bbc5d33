"""Reads a Dockerfile into its stages and steps.

A RUN is read as shell unless its stage has another one (PowerShell, cmd).
Raises: ValueError if the text is not a Dockerfile.
**Source:** Dockerfile reference: FROM, ARG ("Scope", "Predefined ARGs"), ENV, SHELL, ONBUILD; Docker, "Build variables"
(a stage inherits the ARGs of the stage that it builds on).
"""

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from careen.formats.shell.package_commands import read_call
from careen.formats.shell.syntax import Command
from careen.formats.shell.wrappers import SHELLS, unwrapped

from .parse import Instruction, Parsed, parse
from .run_script import run_script
from .stages import PLATFORM_ARGS, Call, Dockerfile, Stage, Step
from .variables import MAX_ADDED, resolved_words, with_value
from .words import expand

Key = TypeVar("Key")
Value = TypeVar("Value")
MAX_CELLS = 1_000_000  # variables held for all steps together; variables beyond stay unresolved
CHARACTERS_A_CELL = 100  # of a value: a long one counts as several variables
_WINDOWS = re.compile(r"windows|nanoserver|servercore", re.IGNORECASE)
# Signs of Windows in an instruction: paths, variables and programs of its shells.
_OF_WINDOWS = re.compile(
    r"(?<![\w.])[a-z]:\\|\$env:|%\w{1,40}%|\bpowershell\b|\bcmd(?:\.exe)? /|\.(?:msi|exe|bat|cmd)\b", re.IGNORECASE
)


def read_dockerfile(
    text: str,
    path: str = "Dockerfile",
    settings: Mapping[str, tuple[str, ...]] | None = None,
    ignored: Sequence[str] | None = None,
) -> Dockerfile:
    parsed = parse(text)
    builder = _StageBuilder(parsed)
    for instruction in parsed.instructions:
        builder.take(instruction)
    stages = builder.finish()
    steps = tuple(step for stage in stages for step in stage.steps)
    by_keyword: dict[str, list[Step]] = {}
    by_program: dict[str, list[Call]] = {}
    by_tool: dict[str, list[Call]] = {}
    by_step: dict[int, list[Call]] = {}
    left = MAX_ADDED
    for step in steps:
        by_keyword.setdefault(step.keyword, []).append(step)
        for command in step.commands:
            if not command.words:
                continue
            words = resolved_words(command.words, step.known, left)
            left -= max(sum(map(len, words)) - sum(map(len, command.words)), 0)
            call = Call(command, step, read_call(words))
            by_program.setdefault(command.program, []).append(call)
            by_step.setdefault(step.line, []).append(call)
            if call.package is not None:
                by_tool.setdefault(call.package.tool, []).append(call)
    return Dockerfile(
        path,
        parsed,
        stages,
        tuple(builder.arguments),
        steps,
        _frozen(by_keyword),
        _frozen(by_program),
        _frozen(by_tool),
        _frozen(by_step),
        builder.names,
        settings or {},
        None if ignored is None else tuple(ignored),
    )


def _frozen(mapping: dict[Key, list[Value]]) -> dict[Key, tuple[Value, ...]]:
    return {key: tuple(found) for key, found in mapping.items()}


class _StageBuilder:
    """Takes the instructions one after another, and collects the stages: the current one with its variables, and the
    finished ones."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.globals: dict[str, str | None] = {**PLATFORM_ARGS}
        self.arguments: list[Step] = []
        self.stages: list[Stage] = []
        self.names: dict[str, int] = {}
        self.start: Instruction | None = None
        self.onbuild = False
        self.steps: list[Step] = []
        self.env: dict[str, str | None] = {}
        # ENV alone, and ENV with ARG, of finished stages: a stage that builds on them inherits both.
        self.exported: dict[int, tuple[dict[str, str | None], dict[str, str | None]]] = {}
        self.only_env: dict[str, str | None] = {}
        self.cells = 0
        self.shell: tuple[str, ...] = ()
        self.shells: dict[int, tuple[str, ...]] = {}
        self.default_posix = not _is_for_windows(parsed) and not any(
            re.match(r"hadolint\s+shell\s*=\s*(powershell|pwsh|cmd)", comment.text) for comment in parsed.comments
        )
        self.posix = self.default_posix

    def take(self, instruction: Instruction) -> None:
        trigger = instruction.trigger
        if instruction.keyword == "FROM" or (trigger is not None and trigger.keyword == "FROM"):
            self.begin(instruction)
        elif instruction.keyword == "ARG" and not self.stages and self.start is None and not self.steps:
            self.arguments.append(Step(instruction, -1, self.globals))
            self.cells += len(self.globals)
            if self.cells < MAX_CELLS:
                self.globals = dict(self.globals)
                self.assign(instruction, self.globals, self.globals)
        else:
            self.step(instruction)

    def begin(self, instruction: Instruction) -> None:
        self.end()
        self.onbuild = instruction.keyword == "ONBUILD"
        self.start = instruction.trigger if instruction.trigger is not None else instruction
        self.shell, self.posix = (), self.default_posix
        image = self.start.words[0] if self.start.words else ""
        parent = self.names.get(self.image_of(image).lower())
        self.only_env, self.env = self.exported[parent] if parent is not None else ({}, {})
        if parent is not None:
            self.shell = self.shells[parent]
            self.posix = self.shell_is_posix()
        elif _WINDOWS.search(image):
            self.posix = False

    def image_of(self, image: str) -> str:
        try:
            return expand(image, with_value(self.globals), self.parsed.escape, keep_unset=True)
        except ValueError:
            return image

    def end(self) -> None:
        if self.start is None and not self.steps:
            return
        index = len(self.stages)
        words = self.start.words if self.start else ()
        image = words[0] if words else ""
        name = words[2] if len(words) > 2 and words[1].lower() == "as" else ""
        resolved = self.image_of(image)
        parent = self.names.get(resolved.lower())
        self.stages.append(Stage(index, self.start, image, resolved, name, parent, tuple(self.steps), self.onbuild))
        self.exported[index] = self.only_env, self.env
        self.shells[index] = self.shell
        if name:
            self.names[name.lower()] = index
        self.start, self.steps = None, []
        self.env = self.only_env = {}

    def finish(self) -> tuple[Stage, ...]:
        self.end()
        return tuple(self.stages)

    def step(self, instruction: Instruction) -> None:
        onbuild = instruction.keyword == "ONBUILD" and instruction.trigger is not None
        inner = instruction.trigger if onbuild and instruction.trigger is not None else instruction
        commands: tuple[Command, ...] = ()
        unread, cut = "", False
        if inner.keyword == "RUN" and (self.posix or inner.json):
            try:
                script = run_script(inner)
                commands, cut = script.commands, script.cut
                unread = "a part of it cannot be parsed as shell" if script.broken else ""
                unread = "it has more commands than are read, or deeper ones" if cut else unread
            except ValueError as error:
                unread = str(error)
        self.steps.append(
            Step(inner, len(self.stages), self.env, onbuild, commands, unread, cut, posix=self.posix, shell=self.shell)
        )
        if inner.keyword == "ENV":
            self.cells += len(self.env) + len(self.only_env)
            if self.cells < MAX_CELLS:
                self.env, self.only_env = dict(self.env), dict(self.only_env)
                self.assign(inner, self.env, self.only_env)
        elif inner.keyword == "ARG":
            self.cells += len(self.env)
            if self.cells < MAX_CELLS:
                self.env = dict(self.env)
                self.assign(inner, self.env, None)
        elif inner.keyword == "SHELL" and inner.json and inner.words:
            self.shell = inner.words
            self.posix = self.shell_is_posix()

    def shell_is_posix(self) -> bool:
        if not self.shell:
            return self.default_posix
        shell = unwrapped(self.shell) or self.shell  # conda run -n base /bin/bash -c
        return re.split(r"[/\\]", shell[0])[-1].lower().removesuffix(".exe") in SHELLS

    def assign(self, instruction: Instruction, env: dict[str, str | None], also: dict[str, str | None] | None) -> None:
        """Sets the variables of an instruction in ``env`` and ``also``. Values refer to the variables before the
        instruction: those of one ENV do not see each other."""
        before = {name: value for name, value in env.items() if value is not None} if "$" in instruction.text else {}
        found: dict[str, str | None] = {}
        for name, value, mark in instruction.pairs:
            try:
                name = expand(name, before, self.parsed.escape)
                text: str | None = expand(value, before, self.parsed.escape, keep_unset=True)
            except ValueError:
                text = None
            if instruction.keyword == "ARG" and not mark:
                text = env.get(name) if name in env else self.globals.get(name)
            elif instruction.keyword == "ARG":
                if also is None and name in self.only_env:
                    continue  # ENV takes precedence over ARG
                before[name] = text or ""
            found[name] = text
            self.cells += len(text or "") // CHARACTERS_A_CELL
        env.update(found)
        if also is not None:
            also.update(found)


def _is_for_windows(parsed: Parsed) -> bool:
    """Whether the default shell is taken for one of Windows. Its files usually have the backtick as the escape character,
    which alone shows nothing: a file for Linux may have it, too.
    """
    signs = {"FROM": _WINDOWS, "RUN": _OF_WINDOWS, "SHELL": _OF_WINDOWS}
    return parsed.escape == "`" and any(
        signs[instruction.keyword].search(instruction.text)
        for instruction in parsed.instructions
        if instruction.keyword in signs
    )

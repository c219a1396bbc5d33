"""A Dockerfile as its stages and steps: variables known at each step, and the commands that a RUN starts.

Instructions before the first FROM (but ARG) make a stage of their own without an image: checks then work on fragments too.
``ONBUILD X`` is the step X of a later build. A RUN is read as shell unless its stage has another one (PowerShell, cmd).
Raises: ValueError where the text is no Dockerfile.
**Source:** Dockerfile reference: FROM, ARG ("Scope", "Predefined ARGs"), ENV, SHELL, ONBUILD, RUN --mount; Docker, "Build
variables" (a stage has the ARGs of the one that it builds upon).
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from careen.formats.packages.package_head import PackageHead
from careen.formats.shell.package_commands import PackageCall, read_call
from careen.formats.shell.syntax import SHELLS, Command, Script, command_of, read_script

from .parse import Comment, Instruction, Parsed, parse
from .words import expand

Values = Mapping[str, str | None]  # None: declared, and nothing known of its value
Key = TypeVar("Key")
Value = TypeVar("Value")
MAX_LOOPED = 100  # words of one command; beyond them a loop is not followed
MAX_LINEAGE = 100  # stages that build upon each other
MAX_CELLS = 1_000_000  # variables held for all steps together; what is set beyond stays as it is written
PLATFORM_ARGS = frozenset(f"{side}{part}" for side in ("TARGET", "BUILD") for part in ("PLATFORM", "OS", "ARCH", "VARIANT"))
_NAMED = re.compile(r"\$\{?(\w+)")
_ALONE = re.compile(r"\d*<<-?\s*\S+\s*$")
_MARK = re.compile(r"\d*<<-?\s*['\"]?[\w.-]+['\"]?")
_WINDOWS = re.compile(r"windows|nanoserver|servercore", re.IGNORECASE)


class Call(Struct, frozen=True, gc=False):
    """A command of a RUN, and where it stands."""

    command: Command
    step: "Step"
    package: PackageCall | None = None  # where the program manages packages; known variables are resolved

    def line_of(self, text: str) -> int:
        """The line on which the word stands that holds this text, or became it; else the command's first line."""
        one, first = self.step.instruction, self.command.line
        if one.json or one.heredocs:
            return first
        for raw in self.command.words:
            if text not in raw and ("$" not in raw or text not in " ".join(resolved_words((raw,), self.step.known))):
                continue
            at = one.text.find(raw)
            while at >= 0:
                line = one.line_at(at)
                if first <= line <= max(first, self.command.end_line):
                    return line
                at = one.text.find(raw, at + 1)
        return first

    def lines(self) -> dict[str, int]:
        """The line of each word as it is written, of the first where there are several; in one pass over the text."""
        one = self.step.instruction
        if one.json or one.heredocs:
            return {}
        row = bisect_left(one.lines, self.command.line)
        at = max(one.starts[row], 0) if row < len(one.starts) else 0
        found: dict[str, int] = {}
        for word in self.command.words:
            place = one.text.find(word, at)
            if place < 0:
                continue
            line = one.line_at(place)
            if line > max(self.command.line, self.command.end_line):
                continue
            found.setdefault(word, line)
            at = place + len(word)
        return found


class Step(Struct, frozen=True):
    instruction: Instruction  # of ONBUILD: the one that it triggers
    stage: int
    env: Values  # ENV and ARG in force before this step
    onbuild: bool = False
    commands: tuple[Command, ...] = ()
    unread: str = ""  # why a RUN could not be read as shell, or not whole
    posix: bool = True  # its shell is one of POSIX's kind
    shell: tuple[str, ...] = ()  # of SHELL, where one was set

    @property
    def line(self) -> int:
        return self.instruction.line

    @property
    def end_line(self) -> int:
        return self.instruction.end_line

    @property
    def keyword(self) -> str:
        return self.instruction.keyword

    @property
    def known(self) -> Mapping[str, str]:
        """The variables with a value; looking one up without gives None."""
        return _known(self.env)

    def mounts(self) -> list[dict[str, str]]:
        """The ``--mount`` flags of a RUN; without a type it is a bind."""
        found = []
        for value in self.instruction.values("mount"):
            pairs = (part.partition("=") for part in value.split(","))
            found.append({"type": "bind"} | {key.strip().lower(): text.strip().strip("'\"") for key, _, text in pairs})
        return found

    def resolve(self, text: str, escape: str = "\\") -> str:
        """Quotes and known variables resolved; what is not known stays as it is written."""
        try:
            return expand(text, self.known, escape, keep_unset=True)
        except ValueError:
            return text


class Stage(Struct, frozen=True):
    index: int
    start: Instruction | None  # FROM
    image: str  # as written; "" without FROM
    resolved: str  # with the defaults of ARGs
    name: str  # "" where it has none
    parent: int | None  # the stage that it builds upon
    steps: tuple[Step, ...]
    onbuild: bool = False  # a FROM behind ONBUILD, which no builder accepts

    @property
    def line(self) -> int:
        return self.start.line if self.start else self.steps[0].line if self.steps else 1

    @property
    def end_line(self) -> int:
        return self.start.end_line if self.start else self.line

    def of(self, *keywords: str) -> list[Step]:
        """Steps of this stage itself, triggers for later builds left out."""
        return [step for step in self.steps if step.keyword in keywords and not step.onbuild]


class Dockerfile(Struct, frozen=True):
    path: str
    parsed: Parsed
    stages: tuple[Stage, ...]
    arguments: tuple[Step, ...]  # ARG before the first FROM
    steps: tuple[Step, ...]  # all, in order
    by_keyword: dict[str, tuple[Step, ...]]
    by_program: dict[str, tuple[Call, ...]]
    by_tool: dict[str, tuple[Call, ...]]  # calls of package managers
    by_step: dict[int, tuple[Call, ...]]  # by the line of the RUN
    settings: Mapping[str, tuple[str, ...]] = {}  # "registries": those that images may come from
    ignored: tuple[str, ...] | None = None  # lines of .dockerignore; None: not known
    # Packages that are fetched by address: what the file itself says, or why it could not be read.
    heads: Mapping[str, PackageHead | str] = {}

    def head(self, address: str) -> PackageHead | None:
        found = self.heads.get(address)
        return found if isinstance(found, PackageHead) else None

    @property
    def escape(self) -> str:
        return self.parsed.escape

    @property
    def comments(self) -> tuple[Comment, ...]:
        return self.parsed.comments

    def of(self, *keywords: str) -> list[Step]:
        """Steps in order, those of ONBUILD too."""
        if len(keywords) == 1:
            return list(self.by_keyword.get(keywords[0], ()))
        return [step for step in self.steps if step.keyword in keywords]

    def calls(self, *programs: str) -> list[Call]:
        """Commands by the name of their program, in order."""
        found = [call for program in programs for call in self.by_program.get(program, ())]
        return found if len(programs) == 1 else sorted(found, key=lambda call: (call.command.line, call.command.end_line))

    def package_calls(self, *tools: str) -> list[tuple[Call, PackageCall]]:
        """Calls of these package managers, each with what it is told to do."""
        found = [(call, call.package) for tool in tools for call in self.by_tool.get(tool, ()) if call.package]
        return found if len(tools) == 1 else sorted(found, key=lambda one: (one[0].command.line, one[0].command.end_line))

    def calls_of(self, step: Step) -> list[Call]:
        """The commands of one RUN, in order."""
        return list(self.by_step.get(step.line, ()))

    def lineage(self, stage: Stage) -> list[Stage]:
        """The stage and those that it builds upon, the nearest first."""
        found = [stage]
        while found[-1].parent is not None and len(found) < MAX_LINEAGE:
            found.append(self.stages[found[-1].parent])
        return found

    def kept(self) -> frozenset[int]:
        """Stages whose files end up in an image: the last one, what it builds upon, and what has no FROM."""
        if not self.stages:
            return frozenset()
        last = {stage.index for stage in self.lineage(self.stages[-1])}
        return frozenset(last | {stage.index for stage in self.stages if stage.start is None})


def read_dockerfile(
    text: str,
    path: str = "Dockerfile",
    settings: Mapping[str, tuple[str, ...]] | None = None,
    ignored: Sequence[str] | None = None,
) -> Dockerfile:
    parsed = parse(text)
    building = _Building(parsed)
    for instruction in parsed.instructions:
        building.take(instruction)
    stages = building.finish()
    steps = tuple(step for stage in stages for step in stage.steps)
    by_keyword: dict[str, list[Step]] = {}
    by_program: dict[str, list[Call]] = {}
    by_tool: dict[str, list[Call]] = {}
    by_step: dict[int, list[Call]] = {}
    for step in steps:
        by_keyword.setdefault(step.keyword, []).append(step)
        for command in step.commands:
            if not command.words:
                continue
            call = Call(command, step, read_call(resolved_words(command.words, step.known)))
            by_program.setdefault(command.program, []).append(call)
            by_step.setdefault(step.line, []).append(call)
            if call.package is not None:
                by_tool.setdefault(call.package.tool, []).append(call)
    return Dockerfile(
        path,
        parsed,
        stages,
        tuple(building.arguments),
        steps,
        _frozen(by_keyword),
        _frozen(by_program),
        _frozen(by_tool),
        _frozen(by_step),
        settings or {},
        None if ignored is None else tuple(ignored),
    )


def resolved_words(words: Sequence[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """Known variables take their values, one that stands alone becomes as many words as it holds; others stay."""
    if not any("$" in word for word in words):
        return tuple(words)
    found: list[str] = []
    for word in words:
        if "$" not in word or "$(" in word:
            found.append(word)
            continue
        turns = _of_loop(word, known)
        if len(turns) > 1 and len(found) >= MAX_LOOPED:
            found.append(word)
            continue
        for one in turns:
            try:
                text = expand(word.replace('"', "").replace("'", ""), one, "\0", keep_unset=True)
            except ValueError:
                text = word
            found += text.split() if word.startswith("$") and text != word else [text]
    return tuple(found)


def _of_loop(word: str, known: Mapping[str, str]) -> list[Mapping[str, str]]:
    """What is known in each turn of a loop, whose variable has a line for each of its values."""
    names = [name for name in _NAMED.findall(word) if "\n" in (known.get(name) or "")]
    if len(names) != 1:
        return [known]
    return [{**known, names[0]: value} for value in known[names[0]].split("\n")]


def _frozen(mapping: dict[Key, list[Value]]) -> dict[Key, tuple[Value, ...]]:
    return {key: tuple(found) for key, found in mapping.items()}


def _known(env: Values) -> Mapping[str, str]:
    return env  # type: ignore[return-value]  # a None is looked up as one that is not there


class _Building:
    """The state of a walk over the instructions: the stage at hand and its variables."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.globals: dict[str, str | None] = {}
        self.arguments: list[Step] = []
        self.stages: list[Stage] = []
        self.names: dict[str, int] = {}
        self.start: Instruction | None = None
        self.onbuild = False
        self.steps: list[Step] = []
        self.env: dict[str, str | None] = {}
        # ENV alone, and ENV with ARG, of finished stages: who builds upon one has both.
        self.exported: dict[int, tuple[dict[str, str | None], dict[str, str | None]]] = {}
        self.only_env: dict[str, str | None] = {}
        self.cells = 0
        self.shell: tuple[str, ...] = ()
        self.shells: dict[int, tuple[str, ...]] = {}
        self.posix = "escape" not in parsed.directives or parsed.escape == "\\"
        self.default_posix = self.posix and not any(
            re.match(r"hadolint\s+shell\s*=\s*(powershell|pwsh|cmd)", comment.text) for comment in parsed.comments
        )
        self.posix = self.default_posix

    def take(self, one: Instruction) -> None:
        trigger = one.trigger
        if one.keyword == "FROM" or (trigger is not None and trigger.keyword == "FROM"):
            self.begin(one)
        elif one.keyword == "ARG" and not self.stages and self.start is None and not self.steps:
            self.arguments.append(Step(one, -1, self.globals))
            self.cells += len(self.globals)
            if self.cells < MAX_CELLS:
                self.globals = dict(self.globals)
                self.assign(one, self.globals, self.globals)
        else:
            self.step(one)

    def begin(self, one: Instruction) -> None:
        self.end()
        self.onbuild = one.keyword == "ONBUILD"
        self.start = one.trigger if one.trigger is not None else one
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
            return expand(image, _known(self.globals), self.parsed.escape, keep_unset=True)
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

    def step(self, one: Instruction) -> None:
        onbuild = one.keyword == "ONBUILD" and one.trigger is not None
        inner = one.trigger if onbuild and one.trigger is not None else one
        commands: tuple[Command, ...] = ()
        unread = ""
        if inner.keyword == "RUN" and (self.posix or inner.json):
            try:
                script = run_script(inner)
                commands = script.commands
                unread = "part of it is no shell that could be read" if script.broken else ""
            except ValueError as error:
                unread = str(error)
        self.steps.append(
            Step(inner, len(self.stages), self.env, onbuild, commands, unread, posix=self.posix, shell=self.shell)
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
        return re.split(r"[/\\]", self.shell[0])[-1].lower().removesuffix(".exe") in SHELLS

    def assign(self, one: Instruction, env: dict[str, str | None], also: dict[str, str | None] | None) -> None:
        """All values of one ENV see what stood before it."""
        before = {name: value for name, value in env.items() if value is not None} if "$" in one.text else {}
        found: dict[str, str | None] = {}
        for name, value, mark in one.pairs:
            try:
                name = expand(name, before, self.parsed.escape)
                text: str | None = expand(value, before, self.parsed.escape, keep_unset=True)
            except ValueError:
                text = None
            if one.keyword == "ARG" and not mark:
                text = env.get(name) if name in env else self.globals.get(name)
            elif one.keyword == "ARG":
                if also is None and name in self.only_env:
                    continue  # ENV beats ARG
                before[name] = text or ""
            found[name] = text
        env.update(found)
        if also is not None:
            also.update(found)


def run_script(one: Instruction) -> Script:
    """What a RUN runs: its text, the words of an exec form, or the here-document that a shell reads."""
    if one.json:
        return Script(command_of(one.words, one.line, one.end_line))
    if not one.heredocs:
        return read_script(one.text, one.starts or (0,), one.lines or (one.line,))
    first = one.heredocs[0]
    text = _MARK.sub(lambda match: " " * len(match[0]), one.text)
    outside = read_script(text, one.starts or (0,), one.lines or (one.line,))
    alone = _ALONE.match(one.text.strip()) is not None
    fed = len(outside.commands) == 1 and outside.commands[0].program in SHELLS
    if not (alone or fed) or not _is_shell(first.content):
        return outside
    inside = read_script(first.content, *_rows(first.content, first.line))
    return Script((*outside.commands, *inside.commands), outside.broken or inside.broken)


def _is_shell(content: str) -> bool:
    if not content.startswith("#!"):
        return True
    words = content.partition("\n")[0][2:].split()
    names = [word.rpartition("/")[2] for word in words if not word.startswith("-")]
    return bool(names) and names[-1] in SHELLS


def _rows(content: str, line: int) -> tuple[list[int], list[int]]:
    starts = [0, *(match.end() for match in re.finditer("\n", content))]
    return starts, [line + number for number in range(len(starts))]

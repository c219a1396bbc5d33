"""A Dockerfile as its stages and steps: the variables known at each step, and the commands that a RUN starts.

Instructions before the first FROM (except ARG) form a stage without an image: checks then work on fragments too.
``ONBUILD X`` is the step X of a later build.
"""

from bisect import bisect_left
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.packages.package_head import PackageHead
from careen.formats.shell.package_commands import PackageCall
from careen.formats.shell.syntax import Command

from .parse import Comment, Instruction, Parsed
from .variables import Values, resolved_words, with_value
from .words import expand

MAX_LINEAGE = 100  # stages that build upon each other
# Set by the builder, in FROM too; their values are those of the usual platform.
PLATFORM_ARGS = {
    f"{side}{part}": value
    for side in ("TARGET", "BUILD")
    for part, value in (("PLATFORM", "linux/amd64"), ("OS", "linux"), ("ARCH", "amd64"), ("VARIANT", ""))
}


class Call(Struct, frozen=True, gc=False):
    """A command that a RUN starts, and the step of the RUN."""

    command: Command
    step: "Step"
    package: PackageCall | None = None  # if the program is a package manager; known variables are resolved

    def line_of(self, text: str) -> int:
        """The line of the word that contains this text, or resolves to it; else the command's first line."""
        instruction, first = self.step.instruction, self.command.line
        if instruction.json or instruction.heredocs:
            return first
        for raw in self.command.words:
            if text not in raw and ("$" not in raw or text not in " ".join(resolved_words((raw,), self.step.known))):
                continue
            at = instruction.text.find(raw)
            while at >= 0:
                line = instruction.line_at(at)
                if first <= line <= max(first, self.command.end_line):
                    return line
                at = instruction.text.find(raw, at + 1)
        return first

    def lines(self) -> dict[str, int]:
        """The first line in which each word, as written, occurs; found in one pass over the text."""
        instruction = self.step.instruction
        if instruction.json or instruction.heredocs:
            return {}
        row = bisect_left(instruction.lines, self.command.line)
        at = max(instruction.starts[row], 0) if row < len(instruction.starts) else 0
        found: dict[str, int] = {}
        for word in self.command.words:
            place = instruction.text.find(word, at)
            if place < 0:
                continue
            line = instruction.line_at(place)
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
    unread: str = ""  # why a RUN could not be read as shell, at least in part
    cut: bool = False  # the part is beyond a limit, and not only unusual
    posix: bool = True  # its shell is a POSIX shell
    shell: tuple[str, ...] = ()  # of SHELL, if set

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
        """The variables with a value."""
        return with_value(self.env)

    def mounts(self) -> list[dict[str, str]]:
        """The ``--mount`` flags of a RUN; the default type is bind."""
        found = []
        for value in self.instruction.values("mount"):
            pairs = (part.partition("=") for part in value.split(","))
            found.append({"type": "bind"} | {key.strip().lower(): text.strip().strip("'\"") for key, _, text in pairs})
        return found

    def resolve(self, text: str, escape: str = "\\") -> str:
        """Resolves quotes and known variables; unknown variables stay as written."""
        try:
            return expand(text, self.known, escape, keep_unset=True)
        except ValueError:
            return text


class Stage(Struct, frozen=True):
    index: int
    start: Instruction | None  # FROM
    image: str  # as written; "" without FROM
    resolved: str  # with the defaults of ARGs
    name: str  # "" if it has none
    parent: int | None  # the stage that it builds upon
    steps: tuple[Step, ...]
    onbuild: bool = False  # ONBUILD FROM, which no builder accepts

    @property
    def line(self) -> int:
        return self.start.line if self.start else self.steps[0].line if self.steps else 1

    @property
    def end_line(self) -> int:
        return self.start.end_line if self.start else self.line

    def of(self, *keywords: str) -> list[Step]:
        """The steps of this stage with one of these keywords, without triggers for later builds."""
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
    names: Mapping[str, int] = {}  # of stages, in lower case
    settings: Mapping[str, tuple[str, ...]] = {}  # "registries", "images": those that are allowed
    ignored: tuple[str, ...] | None = None  # lines of .dockerignore; None: unknown
    # Packages downloaded by URL, by that URL: the metadata of the package file, or why it could not be read.
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
        """The steps with one of these keywords in order, including those of ONBUILD."""
        if len(keywords) == 1:
            return list(self.by_keyword.get(keywords[0], ()))
        return [step for step in self.steps if step.keyword in keywords]

    def calls(self, *programs: str) -> list[Call]:
        """Commands that run these programs, in order."""
        found = [call for program in programs for call in self.by_program.get(program, ())]
        return found if len(programs) == 1 else sorted(found, key=lambda call: (call.command.line, call.command.end_line))

    def package_calls(self, *tools: str) -> list[tuple[Call, PackageCall]]:
        """Calls of these package managers in order, each with its parsed command line."""
        found = [(call, call.package) for tool in tools for call in self.by_tool.get(tool, ()) if call.package]
        return found if len(tools) == 1 else sorted(found, key=lambda pair: (pair[0].command.line, pair[0].command.end_line))

    def calls_of(self, step: Step) -> list[Call]:
        """The commands of one RUN, in order."""
        return list(self.by_step.get(step.line, ()))

    def stage_named(self, source: str) -> Stage | None:
        """The stage of ``--from``: by its name, or its number."""
        index = self.names.get(source.lower(), int(source) if source.isdecimal() and len(source) < 6 else -1)
        return self.stages[index] if 0 <= index < len(self.stages) else None

    def lineage(self, stage: Stage) -> list[Stage]:
        """The stage and those that it builds on, nearest first."""
        found = [stage]
        while found[-1].parent is not None and len(found) < MAX_LINEAGE:
            found.append(self.stages[found[-1].parent])
        return found

    def performed(self, stage: Stage) -> list[Step]:
        """The steps that make the stage: the triggers of the stage that it builds on, then its own."""
        base = self.stages[stage.parent].steps if stage.parent is not None else ()
        triggers = [replace(step, stage=stage.index, onbuild=False) for step in base if step.onbuild]
        return [*triggers, *(step for step in stage.steps if not step.onbuild)]

    def kept(self) -> frozenset[int]:
        """The indices of the stages whose files end up in the image: the last one, those it builds on, and a fragment
        without FROM."""
        if not self.stages:
            return frozenset()
        last = {stage.index for stage in self.lineage(self.stages[-1])}
        return frozenset(last | {stage.index for stage in self.stages if stage.start is None})

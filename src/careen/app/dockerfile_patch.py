"""Adds RUN lines to a Dockerfile, each at its proper place, and may replace the base image; the result is a unified
diff.

A line of the system's package manager comes right after the FROM of the last stage, as root if the base image has another
user; in a stage that begins from scratch, after the last files that it copies. A line of pip or npm comes after the last RUN
that calls the same program, in any stage; else at the end of the last stage, before instructions such as CMD.
Raises: ValueError if the text is not a Dockerfile; ``diff_of`` an InputError.
**Source:** Dockerfile reference; POSIX diff, "Diff -u Output Format".
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from msgspec import Struct

from careen.errors import InputError
from careen.formats.dockerfile.parse import Instruction, parse
from careen.matching.npm_places import IN_PROJECTS, OVERRIDES
from careen.model.plan import Plan
from careen.model.report import Report

_SCRATCH = "scratch"
_STARTS = frozenset(("CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL", "LABEL", "USER", "VOLUME"))
_CALLS = {
    "conda": re.compile(r"\b(?:conda|mamba|micromamba)\b"),
    "pip": re.compile(r"\b(?:pip3?|uv|poetry|pipenv|pdm)\b"),
    "npm": re.compile(r"\b(?:npm|yarn|pnpm)\b"),
}


_USER = re.compile(r"[\w.][\w.-]{0,100}(?::[\w.-]{1,100})?", re.ASCII)


class Line(Struct, frozen=True):
    program: str  # "pip", "npm"; "" for the system's package manager
    command: str


class From(Struct, frozen=True):
    """The image in a FROM, as written, and its replacement."""

    start: Instruction
    image: str
    to: str


_PROGRAMS = {
    "conda": "conda", "conda cache": "conda", "pip": "pip", "pip --target": "pip", "pip cache": "pip", "uv cache": "pip",
    "npm -g": "npm",
    **dict.fromkeys(IN_PROJECTS, "npm"),
}  # fmt: skip


def diff_of(report: Report, plan: Plan, text: str, path: PurePath, base: From | None = None) -> str:
    """The diff of an image's Dockerfile that performs the actions of a plan."""
    # overrides come last, because they can refer to the versions that the others install
    changes = [change for action in plan.actions for change in action.in_dockerfile]
    changes.sort(key=lambda change: change.manager in OVERRIDES)
    lines = [Line(_PROGRAMS.get(change.manager, ""), change.command) for change in changes]
    name = path.as_posix().lstrip("/") if not path.is_absolute() else path.name
    try:
        return patch(text, name, lines, "" if _sets_user(text) else report.image.config.user, base)
    except ValueError as error:
        raise InputError(f"{path} is not a Dockerfile: {error}", "check --dockerfile") from None


def patch(text: str, name: str, lines: Sequence[Line], user: str = "", base: From | None = None) -> str:
    """The diff; "" if there is nothing to change. ``user`` is the user of the base image; "" means root."""
    instructions = parse(text).instructions
    starts = [index for index, instruction in enumerate(instructions) if instruction.keyword == "FROM"]
    if not starts:
        raise ValueError("no FROM")
    before = _lines_of(text)
    rows = [*before]
    if rows and not rows[-1].endswith("\n"):
        rows[-1] += "\n"
    if base is not None:
        _replace_image(rows, base)
    added: dict[int, list[str]] = {}  # the lines to add, by the number of lines before them
    for line in lines:
        at = _place(instructions, starts[-1], line.program)
        added.setdefault(at, []).extend(_rows(line, _user_at(at, instructions[starts[-1] :], user)))
    patched = [row for number in range(len(rows) + 1) for row in (*added.get(number, ()), *rows[number : number + 1])]
    return "".join(_marked(difflib.unified_diff(before, patched, f"a/{name}", f"b/{name}")))


def base_of(text: str) -> str:
    """The base image of the last stage, as written. If the stage builds on another stage, the base image of that one; ""
    if there is none."""
    images: dict[str, str] = {}
    image = ""
    for instruction in parse(text).instructions:
        words = _words(instruction) if instruction.keyword == "FROM" else []
        if words:
            image = images.get(words[0].lower(), words[0])
            if len(words) > 2 and words[1].lower() == "as":
                images[words[2].lower()] = image
    return "" if image == _SCRATCH else image


def _words(instruction: Instruction) -> list[str]:
    return [word for word in instruction.words if not word.startswith("--")]


def _lines_of(text: str) -> list[str]:
    """The lines as a Dockerfile and ``patch`` have them: other characters that end a line in Python do not."""
    return [row for row in re.split(r"(?<=\n)", text) if row]


def _sets_user(text: str) -> bool:
    """Whether the last stage sets a user; otherwise the image has the user of its base."""
    sets = False
    for instruction in parse(text).instructions:
        sets = instruction.keyword == "USER" or (sets and instruction.keyword != "FROM")
    return sets


def _replace_image(rows: list[str], base: From) -> None:
    word = re.compile(rf"(?<!\S){re.escape(base.image)}(?!\S)")
    for index in range(base.start.line - 1, base.start.end_line):
        rows[index], count = word.subn(lambda _: base.to, rows[index], count=1)
        if count:
            return


def _place(instructions: Sequence[Instruction], last: int, program: str) -> int:
    if not program:
        copies = [instruction for instruction in instructions[last:] if instruction.keyword in ("ADD", "COPY")]
        return (copies[-1] if copies and _words(instructions[last])[:1] == [_SCRATCH] else instructions[last]).end_line
    calls = [
        instruction for instruction in instructions if instruction.keyword == "RUN" and _CALLS[program].search(instruction.text)
    ]
    if calls:
        return calls[-1].end_line
    stage = instructions[last:]
    while len(stage) > 1 and stage[-1].keyword in _STARTS:
        stage = stage[:-1]
    return stage[-1].end_line


def _user_at(line: int, stage: Sequence[Instruction], user: str) -> str:
    """The user after a line of the stage; ``user`` is that of its base image."""
    users = [step.text.strip() for step in stage if step.keyword == "USER" and step.end_line <= line]
    return users[-1] if users else user


def _rows(line: Line, user: str) -> list[str]:
    """The rows for a line, which runs as root. The user comes from the image: a text that may be more than a name or
    number is not put into a Dockerfile.
    """
    run = [f"RUN {line.command}\n"]
    if line.program or user in ("", "0", "root", "0:0", "root:root") or not _USER.fullmatch(user):
        return run
    return ["USER root\n", *run, f"USER {user}\n"]


def _marked(rows: Iterable[str]) -> list[str]:
    """The rows; a last row without a line feed is marked, as diff does."""
    return [row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows]

"""The shell script of a RUN: its text, the words of its exec form, or the here-document that a shell reads.

**Source:** Dockerfile reference, "RUN", "Here-documents".
"""

import re

from careen.formats.shell.syntax import Script, command_of, read_by_shell, read_script
from careen.formats.shell.wrappers import SHELLS

from .parse import Instruction

_ALONE = re.compile(r"\d*<<-?\s*\S+\s*$")
_MARK = re.compile(r"(?<!\d)\d*+<<-?\s*['\"]?[\w.-]+['\"]?")


def run_script(instruction: Instruction) -> Script:
    """The script of a RUN instruction. Raises ValueError if it is too large or takes too long to parse."""
    if instruction.json:
        return command_of(instruction.words, instruction.line, instruction.end_line)
    if not instruction.heredocs:
        return read_script(instruction.text, instruction.starts or (0,), instruction.lines or (instruction.line,))
    first = instruction.heredocs[0]
    text = _MARK.sub(lambda match: " " * len(match[0]), instruction.text)
    outside = read_script(text, instruction.starts or (0,), instruction.lines or (instruction.line,))
    alone = _ALONE.match(instruction.text.strip()) is not None
    if not (alone or read_by_shell(outside.commands)) or not is_shell(first.content):
        return outside
    inside = read_script(first.content, *_rows(first.content, first.line))
    return Script((*outside.commands, *inside.commands), outside.broken or inside.broken, outside.cut or inside.cut)


def is_shell(content: str) -> bool:
    """Whether a shell runs a script, by its first line."""
    if not content.startswith("#!"):
        return True
    words = content.partition("\n")[0][2:].split()
    names = [word.rpartition("/")[2] for word in words if not word.startswith("-")]
    return bool(names) and names[-1] in SHELLS


def _rows(content: str, line: int) -> tuple[list[int], list[int]]:
    starts = [0, *(match.end() for match in re.finditer("\n", content))]
    return starts, [line + number for number in range(len(starts))]

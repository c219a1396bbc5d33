"""The simple commands of a shell script in order, each with its words, redirections and its place in a pipeline.

Quotes are resolved; variables (``$x``, ``${x}``) and command substitutions stay as written. The commands of a substitution
follow the command that contains it; a command that a wrapper runs (``sudo``, ``env``, ``xargs``, ``sh -c`` …) follows its
wrapper, and those of a here-document follow the line of the shell that reads it. A variable has the elements of an array one
per line. What the grammar cannot parse is left out, and ``broken`` is set.
Raises: ValueError for a script too large or too costly to parse.
**Source:** POSIX.1-2024, XCU 2 (Shell Command Language); Bash reference manual, "Shell Grammar".
"""

import re
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from .downloads import runs_input
from .quoting import unquote
from .wrappers import SHELLS, program_of, script_within, unwrapped

MAX_BYTES = 128 * 1024
MAX_PIPES = 1000  # if one is left open, the cost of parsing grows with their square
MAX_DEPTH = 60
MAX_COMMANDS = 20_000
MAX_VALUES = 50  # of a loop
MAX_ELEMENTS = 500  # of an array
TIMEOUT_S = 1.0  # of processor time: a busy machine reads the same scripts
_PLAIN = frozenset(("word", "string", "raw_string", "number", "comment", "variable_name", "simple_expansion", "regex"))
_SUBSTITUTIONS = frozenset(("command_substitution", "process_substitution"))
_REDIRECTS = frozenset(("file_redirect", "heredoc_redirect", "herestring_redirect"))
_HEREDOC = frozenset(("heredoc_start", "heredoc_body", "heredoc_end"))
_ELEMENTS = re.compile(r"^(\"?)\$\{(\w+)\[[@*]\]\}\1$")
_JOINTS = frozenset(("&&", "||", ";", "|", "|&", "&", "\n"))


class Redirect(Struct, frozen=True, gc=False):
    operator: str  # ">", ">>", "<", "&>", "<<<" …
    target: str


class Elements(str):
    """The elements of an array, one per line: the value of its assignment."""

    __slots__ = ()


class Command(Struct, frozen=True, gc=False):
    words: tuple[str, ...]  # the program first; empty for assignments alone
    line: int
    end_line: int
    assignments: tuple[tuple[str, str], ...] = ()
    redirects: tuple[Redirect, ...] = ()
    pipeline: int = 0  # commands with one number are piped into each other, in their order
    joined: str = ""  # what joins it to the command before: "&&", "||", ";", "|"
    inner: bool = False  # within a command substitution
    wrapped: bool = False  # run by the command before it

    @property
    def program(self) -> str:
        """The name of the program without its folder."""
        return program_of(self.words)


class Script(Struct, frozen=True):
    commands: tuple[Command, ...]
    broken: bool = False  # some of it could not be read
    cut: bool = False  # it has more commands than were read, or deeper ones


def read_script(text: str, starts: Sequence[int] = (0,), lines: Sequence[int] = (1,)) -> Script:
    """The commands of a script. ``starts`` are offsets in the text at which a line of the file begins, ``lines`` the
    numbers of these lines."""
    data = text.encode("utf-8", "replace")
    if len(data) > MAX_BYTES or data.count(b"|") > MAX_PIPES:
        raise ValueError(f"a script of {len(data):,} bytes is too large to be read")
    if not text.isascii():
        starts = [len(text[: max(start, 0)].encode("utf-8", "replace")) for start in starts]
    reading = _Reading(data, starts, lines)
    root = _parse(data)
    reading.visit(root, 0, ";", inner=False)
    return Script(tuple(reading.commands), root.has_error, reading.cut)


def command_of(words: Sequence[str], line: int, end_line: int) -> Script:
    """The command of an exec form, followed by the commands that it wraps."""
    reading = _Reading(b"", (0,), (line,))
    reading.add(Command(tuple(words), line, end_line))
    return Script(tuple(reading.commands), cut=reading.cut)


def piped(commands: Sequence[Command]) -> Iterator[tuple[Command, tuple[Command, ...]]]:
    """Each command that reads from a pipe, with the commands before it in the pipeline."""
    before: dict[int, tuple[Command, ...]] = {}
    for command in commands:
        if not command.pipeline or not command.words:
            continue
        earlier = before.get(command.pipeline, ())
        if earlier:
            yield command, earlier
        before[command.pipeline] = (*earlier[-20:], command)


def read_by_shell(commands: Sequence[Command]) -> Command | None:
    """The shell that runs the here-document of these commands, the first of which gets it: ``bash <<X``, ``cat <<X | sh``."""
    for command in commands:
        if command.program in SHELLS and runs_input(command.words):
            return command
        if command.program != "cat" and not unwrapped(command.words):
            break
    return None


def _parse(data: bytes) -> Any:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    parser = Parser(Language(tree_sitter_bash.language()))
    end = time.thread_time() + TIMEOUT_S

    def chunk(offset: int, _: object) -> bytes:
        return data[offset : offset + 65536]

    def late(offset: int, has_error: bool) -> bool:
        return time.thread_time() > end

    try:
        return parser.parse(chunk, progress_callback=late).root_node
    except ValueError:
        raise ValueError("this script takes too long to read") from None


def _in_a_row(node: Any) -> Iterator[Any]:
    """The children of a node. A list ``a && b && c`` has the list ``a && b`` as its first child: of lists in lists, all
    children follow one another, since a long one is no deeper than a short one."""
    spine = [node]
    while spine[-1].type == "list" and spine[-1].children and spine[-1].children[0].type == "list":
        spine.append(spine[-1].children[0])
    yield from spine[-1].children
    for outer in reversed(spine[:-1]):
        yield from outer.children[1:]


class _Reading:
    """Collects the commands of a syntax tree in the order of the text."""

    def __init__(self, data: bytes, starts: Sequence[int], lines: Sequence[int], depth: int = 0) -> None:
        self.data, self.starts, self.lines, self.depth = data, starts, lines, depth
        self.commands: list[Command] = []
        self.pipelines = 0
        self.cut = False

    def line(self, offset: int) -> int:
        index = bisect_right(self.starts, offset) - 1
        return self.lines[max(index, 0)]

    def visit(self, node: Any, pipeline: int, joined: str, *, inner: bool, depth: int = 0) -> None:
        if depth > MAX_DEPTH or len(self.commands) >= MAX_COMMANDS:
            self.cut = True
            return
        kind = node.type
        if kind == "command":
            self.command(node, pipeline, joined, inner=inner, depth=depth)
        elif kind == "declaration_command":
            self.declaration(node, pipeline, joined, inner=inner, depth=depth)
        elif kind == "variable_assignment":
            name, _, value = self.text(node).partition("=")
            array = node.children[-1] if node.children[-1].type == "array" else None
            value = self.elements(array) if array is not None else unquote(value)
            self.add(Command((), *self.span(node), ((name, value),), (), pipeline, joined, inner))
            self.nested(node, depth)
        elif kind == "for_statement":
            self.loop(node, pipeline, joined, inner=inner, depth=depth)
        elif kind == "redirected_statement":
            self.redirected(node, pipeline, joined, inner=inner, depth=depth)
        elif kind in _PLAIN:
            return
        elif kind in _SUBSTITUTIONS:
            self.substitution(node, depth)
        else:
            self.statements(node, pipeline, joined, inner=inner, depth=depth)

    def statements(self, node: Any, pipeline: int, joined: str, *, inner: bool, depth: int) -> None:
        if node.type == "pipeline":
            self.pipelines += 1
            pipeline = self.pipelines
        for child in _in_a_row(node):
            if child.is_named:
                self.visit(child, pipeline, joined, inner=inner, depth=depth + 1)
            elif child.type in _JOINTS:
                joined = child.type

    def command(self, node: Any, pipeline: int, joined: str, *, inner: bool, depth: int) -> None:
        words: list[str] = []
        assignments: list[tuple[str, str]] = []
        redirects: list[Redirect] = []
        nested = False
        for kind, raw, child in self.pieces(node):
            nested = nested or "$(" in raw or "`" in raw or "<(" in raw
            if kind == "variable_assignment":
                name, _, value = raw.partition("=")
                assignments.append((name, unquote(value)))
            elif kind in _REDIRECTS:
                redirects.append(self.redirect(child))
            else:
                words.append(unquote(raw))
        self.add(Command(tuple(words), *self.span(node), tuple(assignments), tuple(redirects), pipeline, joined, inner), depth)
        if nested:
            self.nested(node, depth)

    def pieces(self, node: Any) -> list[tuple[str, str, Any]]:
        """Kind, text and node of each part of a word. The grammar splits ``$A/b-$B-c`` into two, the shell does not:
        they are joined."""
        found: list[tuple[str, str, Any]] = []
        end = -1
        for child in node.children:
            if child.start_byte == end and child.type not in _REDIRECTS and found[-1][0] not in _REDIRECTS:
                kind, raw, first = found[-1]
                found[-1] = kind, raw + self.text(child), first
            else:
                found.append((child.type, self.text(child), child))
            end = child.end_byte
        return found

    def declaration(self, node: Any, pipeline: int, joined: str, *, inner: bool, depth: int) -> None:
        words, assignments = [], []
        for kind, raw, _ in self.pieces(node):
            words.append(unquote(raw))
            if kind == "variable_assignment":
                name, _, value = raw.partition("=")
                assignments.append((name, unquote(value)))
        self.add(Command(tuple(words), *self.span(node), tuple(assignments), (), pipeline, joined, inner), depth)
        self.nested(node, depth)

    def loop(self, node: Any, pipeline: int, joined: str, *, inner: bool, depth: int) -> None:
        """Adds the commands of a loop. Its variable is assigned all values at once, one per line, before the body."""
        name = node.child_by_field_name("variable")
        values = [unquote(_ELEMENTS.sub(r"$\2", self.text(child))) for child in node.children_by_field_name("value")]
        if name is not None and values:
            assigned = ((self.text(name), "\n".join(values[:MAX_VALUES])),)
            self.add(Command((), *self.span(node), assigned, (), 0, joined, inner))
        self.statements(node, pipeline, joined, inner=inner, depth=depth)

    def elements(self, array: Any) -> "Elements":
        return Elements("\n".join(unquote(self.text(child)) for child in array.children[:MAX_ELEMENTS] if child.is_named))

    def redirected(self, node: Any, pipeline: int, joined: str, *, inner: bool, depth: int) -> None:
        """Adds the commands of a statement; its redirection belongs to the last of them. A here-document has the rest of
        its line, which the shell runs after them."""
        first = len(self.commands)
        redirects: list[Redirect] = []
        here = next((child for child in node.children if child.type == "heredoc_redirect"), None)
        rest = [child for child in here.children if child.type not in _HEREDOC] if here is not None else []
        if any(child.type == "pipeline" for child in rest) and not pipeline:
            self.pipelines += 1
            pipeline = self.pipelines
        for child in (*node.children, *rest):
            if child.type in _REDIRECTS:
                redirects.append(self.redirect(child))
            elif child.parent == node:
                self.visit(child, pipeline, joined, inner=inner, depth=depth + 1)
        at = next((i for i in range(len(self.commands) - 1, first - 1, -1) if not self.commands[i].inner or inner), None)
        if at is not None and redirects:
            old = self.commands[at]
            self.commands[at] = Command(
                old.words, old.line, old.end_line, old.assignments, (*old.redirects, *redirects), old.pipeline, old.joined,
                old.inner, old.wrapped,
            )  # fmt: skip
        self.after_heredoc(rest, pipeline, inner=inner, depth=depth)
        body = next((child for child in here.children if child.type == "heredoc_body"), None) if here is not None else None
        shell = read_by_shell(self.commands[first:]) if body is not None else None
        if shell is not None:
            self.script(self.text(body), shell, depth)

    def after_heredoc(self, rest: Sequence[Any], pipeline: int, *, inner: bool, depth: int) -> None:
        joined = ";"
        for child in rest:
            if child.type == "pipeline":
                for part in _in_a_row(child):
                    if part.is_named:
                        self.visit(part, pipeline, "|", inner=inner, depth=depth + 1)
            elif child.is_named and child.type not in _REDIRECTS:
                self.visit(child, 0, joined, inner=inner, depth=depth + 1)
            joined = child.type if child.type in _JOINTS else joined

    def redirect(self, node: Any) -> Redirect:
        raw = self.text(node).lstrip("0123456789")
        operator = re.match(r"[<>&|-]+", raw)
        mark = operator[0] if operator else ""
        return Redirect(mark, unquote(raw[len(mark) :].strip()))

    def nested(self, node: Any, depth: int) -> None:
        """Adds the commands of all substitutions below the node."""
        waiting = list(reversed(node.children))
        steps = 0
        while waiting:
            steps += 1
            if steps > MAX_COMMANDS:
                self.cut = True
                return
            child = waiting.pop()
            if child.type in _SUBSTITUTIONS:
                self.substitution(child, depth)
            else:
                waiting.extend(reversed(child.children))

    def substitution(self, node: Any, depth: int) -> None:
        for child in node.children:
            if child.is_named:
                self.visit(child, 0, ";", inner=True, depth=depth + 1)

    def add(self, command: Command, depth: int = 0) -> None:
        """Adds a command, and those that it wraps."""
        self.commands.append(command)
        for _ in range(MAX_DEPTH):
            inside = unwrapped(command.words)
            if not inside:
                break
            command = self.within(command, inside)
            self.commands.append(command)
        else:
            self.cut = self.cut or unwrapped(command.words) != ()
        if script := script_within(command.words):
            self.script(script, command, depth)

    def within(self, command: Command, words: tuple[str, ...]) -> Command:
        return Command(
            words, command.line, command.end_line, command.assignments, command.redirects, command.pipeline, command.joined,
            command.inner, wrapped=True,
        )  # fmt: skip

    def script(self, script: str, command: Command, depth: int) -> None:
        data = script.encode("utf-8", "replace")
        if self.depth >= 3 or depth > MAX_DEPTH or len(data) > MAX_BYTES or data.count(b"|") > MAX_PIPES:
            self.cut = True
            return
        try:
            reading = _Reading(data, (0,), (command.line,), self.depth + 1)
            reading.visit(_parse(data), 0, ";", inner=command.inner)
        except ValueError:
            self.cut = True
            return
        self.cut = self.cut or reading.cut or len(self.commands) + len(reading.commands) > MAX_COMMANDS
        for inner_command in reading.commands[: MAX_COMMANDS - len(self.commands)]:
            number = inner_command.pipeline + self.pipelines if inner_command.pipeline else command.pipeline
            inside = Command(
                inner_command.words,
                command.line,
                command.end_line,
                inner_command.assignments,
                inner_command.redirects,
                number,
                inner_command.joined,
            )
            self.commands.append(self.within(inside, inner_command.words))
        self.pipelines += reading.pipelines

    def span(self, node: Any) -> tuple[int, int]:
        return self.line(node.start_byte), self.line(max(node.end_byte - 1, node.start_byte))

    def text(self, node: Any) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

"""Runs templates, and records for each line of the output the line of the template that it comes from.

The output of an action belongs to the line of the action, even if another template wrote it.
**Source:** Go, package text/template, "Actions", "Arguments", "Pipelines", "Variables".
"""

import html
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_plus

from .compare import BUILTINS, is_true, kind_of
from .errors import TemplateError
from .nodes import Action, Branch, Call, Chain, Dot, Field, Function, Literal, Nil, Node, Operand, Pipe, Text, Variable
from .objects import MethodList, MethodMap, Object
from .printing import formatted, printed, shown

MAX_STEPS = 1_000_000  # of one template
MAX_CHARACTERS = 16 << 20
MAX_TEXT = 4 << 20  # characters of one value
MAX_ITEMS = 100_000  # of one value
MAX_DEPTH = 100  # of templates that call each other
NO_VALUE = "<no value>"
_NOTHING = object()  # no argument comes from the pipe
_BUILTINS: dict[str, Callable[..., Any]] = {
    **BUILTINS,
    "print": printed,
    "printf": formatted,
    "println": lambda *values: " ".join(map(shown, values)) + "\n",
    "html": lambda *values: html.escape(printed(*values), quote=True),
    "js": lambda *values: printed(*values).replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"'),
    "urlquery": lambda *values: quote_plus(printed(*values)),
}


class Templates:
    """All templates of a run by name. ``functions`` take plain values, and raise ValueError or TemplateError."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.defined: dict[str, list[Node]] = {}
        self._functions = {**_BUILTINS, **functions}
        self._steps_left = self._characters_left = self._depth = 0

    def add(self, defined: Mapping[str, list[Node]]) -> None:
        """Adds definitions of templates; an empty definition does not replace another."""
        for name, nodes in defined.items():
            if nodes or name not in self.defined:
                self.defined[name] = nodes

    def run(self, name: str, data: Any) -> tuple[str, list[int]]:
        """The output, and for each of its lines the line of the template."""
        self._steps_left, self._characters_left, self._depth = MAX_STEPS, MAX_CHARACTERS, 0
        output = _Output(self)
        self._call(name, data, output, 0)
        return output.text(), output.lines()

    def run_nodes(self, nodes: list[Node], name: str, data: Any) -> str:
        """The output of nodes that are not a template of their own; ``name`` is used in errors."""
        output = _Output(self)
        self._enter(nodes, name, data, output)
        return output.text()

    def spend(self, steps: int, characters: int = 0) -> None:
        self._steps_left -= steps
        self._characters_left -= characters
        if self._steps_left < 0 or self._characters_left < 0:
            raise TemplateError("it takes too many steps, or its output is too large")

    def function(self, name: str) -> Callable[..., Any]:
        found = self._functions.get(name)
        if found is None:
            raise TemplateError(f"function {name!r} is not defined")
        return found

    def _call(self, name: str, data: Any, output: "_Output", line: int) -> None:
        nodes = self.defined.get(name)
        if nodes is None:
            raise TemplateError(f"no template {name!r}")
        if line:
            with output.within(line):
                self._enter(nodes, name, data, output)
        else:
            self._enter(nodes, name, data, output)

    def _enter(self, nodes: list[Node], name: str, data: Any, output: "_Output") -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TemplateError(f"templates call each other more than {MAX_DEPTH} deep")
        try:
            _Run(self, name, data, output).walk(nodes, data)
        except _LeftError as error:
            raise TemplateError(f"{error.kind} outside of range", name, 1) from None
        finally:
            self._depth -= 1


class _LeftError(Exception):
    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class _Output:
    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._written: list[tuple[str, int, bool]] = []
        self._fixed = 0

    def write(self, text: str, line: int, follows: bool) -> None:
        """Appends text. ``line`` is the template's line; ``follows``: further lines of the text are further lines of
        the template."""
        if text:
            self._templates.spend(1, len(text))
            self._written.append((text, self._fixed or line, follows and not self._fixed))

    @contextmanager
    def within(self, line: int) -> Iterator[None]:
        """A context in which all output counts as made by this line of the template; within another one, by its line."""
        before, self._fixed = self._fixed, self._fixed or line
        try:
            yield
        finally:
            self._fixed = before

    def text(self) -> str:
        return "".join(text for text, _, _ in self._written)

    def lines(self) -> list[int]:
        """For each line of the output, the line of the template that wrote its first character other than a space."""
        found: list[int] = []
        has_content = False
        for text, line, follows in self._written:
            for number, row in enumerate(text.split("\n")):
                here = line + number if follows else line
                if number or not found:
                    found.append(here)
                    has_content = False
                if not has_content and row.strip():
                    found[-1] = here
                    has_content = True
        return found


class _Run:
    """The run of one template, with its variables."""

    def __init__(self, templates: Templates, name: str, data: Any, output: _Output) -> None:
        self._templates, self._name, self._output = templates, name, output
        self._variables: list[tuple[str, Any]] = [("$", data)]

    def walk(self, nodes: list[Node], dot: Any) -> None:
        for node in nodes:
            self._templates.spend(1)
            try:
                self._node(node, dot)
            except TemplateError as error:
                raise error.at(self._name, node.line) from None
            except (
                ValueError,
                TypeError,
                OverflowError,
                ArithmeticError,
                RecursionError,
                LookupError,
                AttributeError,
            ) as error:
                raise TemplateError(f"{type(error).__name__}: {str(error)[:200]}", self._name, node.line) from None

    def _node(self, node: Node, dot: Any) -> None:
        if isinstance(node, Text):
            self._output.write(node.text, node.line, True)
        elif isinstance(node, Action):
            value = self._pipe(node.pipe, dot)
            if not node.pipe.variables:
                self._output.write(NO_VALUE if value is None else shown(value), node.line, False)
        elif isinstance(node, Branch):
            mark = len(self._variables)
            if node.kind == "range":
                self._range(node, dot)
            else:
                value = self._pipe(node.pipe, dot)
                if is_true(value):
                    self.walk(node.body, value if node.kind == "with" else dot)
                else:
                    self.walk(node.otherwise, dot)
            del self._variables[mark:]
        elif isinstance(node, Call):
            data = self._pipe(node.pipe, dot) if node.pipe else None
            self._templates._call(node.name, data, self._output, node.line)
        else:
            raise _LeftError(node.kind)

    def _range(self, node: Branch, dot: Any) -> None:
        value = self._pipe(Pipe(node.pipe.commands, node.pipe.line), dot)
        names, empty = node.pipe.variables, True
        mark = len(self._variables)
        for key, item in _items(value):
            empty = False
            self._templates.spend(1)
            if names:
                values = (item,) if len(names) == 1 else (key, item)
                for name, given in zip(names, values, strict=False):
                    self._set(name, given, node.pipe.assigns)
            try:
                self.walk(node.body, item)
            except _LeftError as left:
                if left.kind == "break":
                    break
            finally:
                del self._variables[mark:]
        if empty:
            self.walk(node.otherwise, dot)

    def _pipe(self, pipe: Pipe, dot: Any) -> Any:
        value: Any = _NOTHING
        for command in pipe.commands:
            value = self._command(command, dot, value)
        for name in pipe.variables:
            self._set(name, value, pipe.assigns)
        return value

    def _set(self, name: str, value: Any, assigns: bool) -> None:
        if not assigns:
            self._variables.append((name, value))
            return
        for place in range(len(self._variables) - 1, -1, -1):
            if self._variables[place][0] == name:
                self._variables[place] = (name, value)
                return
        raise TemplateError(f"undefined variable {name}")

    def _command(self, command: list[Operand], dot: Any, final: Any) -> Any:
        self._templates.spend(1)
        first, given = command[0], command[1:]
        if isinstance(first, Function):
            return self._function(first.name, given, dot, final)
        if isinstance(first, Field):
            return self._fields(dot, first.names, given, dot, final)
        if isinstance(first, Variable) and first.names:
            return self._fields(self._variable(first.name), first.names, given, dot, final)
        if isinstance(first, Chain):
            return self._fields(self._value(first.operand, dot), first.names, given, dot, final)
        if given or final is not _NOTHING:
            raise TemplateError("an argument is given to a value that is not a function")
        if isinstance(first, Nil):
            raise TemplateError("nil is not a command")
        return self._value(first, dot)

    def _function(self, name: str, given: list[Operand], dot: Any, final: Any) -> Any:
        if name in ("and", "or"):
            return self._logic(name, given, dot, final)
        values = [self._value(operand, dot) for operand in given]
        if final is not _NOTHING:
            values.append(final)
        function = self._templates.function(name)
        try:
            found = function(*values)
            if isinstance(found, str | bytes | list | dict):
                self._spend_on(found)
            return found
        except TemplateError as error:
            raise TemplateError(
                f"{name}: {error.message}" if not error.line else error.message, error.name, error.line
            ) from None
        except RecursionError:
            raise TemplateError(f"{name}: values are nested too deeply") from None
        except (ValueError, TypeError, OverflowError, ArithmeticError, LookupError, AttributeError) as error:
            raise TemplateError(f"{name}: {str(error)[:200] or type(error).__name__}") from None

    def _spend_on(self, value: str | bytes | list[Any] | dict[str, Any]) -> None:
        """Counts the size of a value, since values can grow without any output."""
        if len(value) > (MAX_TEXT if isinstance(value, str | bytes) else MAX_ITEMS):
            raise TemplateError("a value is too large")
        self._templates.spend(len(value) >> 6)

    def _logic(self, name: str, given: list[Operand], dot: Any, final: Any) -> Any:
        """The value of ``and`` or ``or``: the first one that decides, or the last; later ones are not evaluated."""
        value: Any = _NOTHING
        for operand in given:
            value = self._value(operand, dot)
            if is_true(value) == (name == "or"):
                return value
        value = final if final is not _NOTHING else value
        if value is _NOTHING:
            raise TemplateError(f"{name} needs a value")
        return value

    def _value(self, operand: Operand, dot: Any) -> Any:
        if isinstance(operand, Dot):
            return dot
        if isinstance(operand, Literal):
            return operand.value
        if isinstance(operand, Nil):
            return None
        if isinstance(operand, Pipe):
            mark = len(self._variables)
            value = self._pipe(operand, dot)
            if not operand.variables:
                del self._variables[mark:]
            return value
        if isinstance(operand, Variable) and not operand.names:
            return self._variable(operand.name)
        return self._command([operand], dot, _NOTHING)

    def _variable(self, name: str) -> Any:
        for known, value in reversed(self._variables):
            if known == name:
                return value
        raise TemplateError(f"undefined variable {name}")

    def _fields(self, value: Any, names: list[str], given: list[Operand], dot: Any, final: Any) -> Any:
        if value is None and not given and final is _NOTHING:
            return None  # only a field of a map that is nil is an error
        for name in names[:-1]:
            value = _field(value, name, [])
        arguments = [self._value(operand, dot) for operand in given]
        if final is not _NOTHING:
            arguments.append(final)
        return _field(value, names[-1], arguments)


def _field(value: Any, name: str, arguments: list[Any]) -> Any:
    if isinstance(value, Object | MethodMap | MethodList) and name in value.methods:
        return value.methods[name](*arguments)
    if arguments:
        raise TemplateError(f"{name} is not a method, but has arguments")
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, Object) and name in value.fields:
        return value.fields[name]
    if value is None:
        raise TemplateError(f"nil pointer evaluating {name}")
    raise TemplateError(f"there is no field {name} in a {kind_of(value)}")


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        return iter(sorted(value.items()))
    if isinstance(value, list):
        return enumerate(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return ((number, number) for number in range(value))
    if value is None:
        return iter(())
    raise TemplateError(f"range cannot iterate over a {kind_of(value)}")

"""The parts of a template -> a tree: ``%{ if }`` and ``%{ for }`` contain the parts between them and their end.

Raises: ValueError for directives that do not match.
"""

from collections.abc import Sequence

from msgspec import Struct

from careen.formats.terraform.syntax import Expression, Literal, Template, TemplateFor, TemplateIf


class Directive(Struct, frozen=True):
    word: str
    names: tuple[str, ...] = ()
    over: Expression | None = None


class _Open(Struct):
    directive: Directive
    then: list[Expression]
    otherwise: list[Expression] | None = None

    @property
    def parts(self) -> list[Expression]:
        return self.then if self.otherwise is None else self.otherwise


def tree(parts: Sequence[Expression | Directive], indent: int = 0) -> Expression:
    """The expression of a template's parts; a text without expressions is a Literal.

    ``indent`` is the number of spaces that each line of its text loses at its start.
    """
    stack = [_Open(Directive(""), [])]
    starts_line = True
    for part in parts:
        if isinstance(part, Literal) and isinstance(part.value, str):
            text = _without_indent(part.value, indent, starts_line) if indent else part.value
            starts_line = False
            stack[-1].parts.append(Literal(text))
        elif not isinstance(part, Directive):
            starts_line = False
            stack[-1].parts.append(part)
        elif part.word in ("if", "for"):
            stack.append(_Open(part, []))
        elif part.word == "else":
            if stack[-1].directive.word != "if" or stack[-1].otherwise is not None:
                raise ValueError("a template has an else without if")
            stack[-1].otherwise = []
        else:
            closed = stack.pop()
            if f"end{closed.directive.word}" != part.word:
                raise ValueError(f"a template has {part.word} without its beginning")
            stack[-1].parts.append(_closed(closed))
    if len(stack) > 1:
        raise ValueError(f"a template has {stack[-1].directive.word} without its end")
    found = stack[0].then
    if not found:
        return Literal("")
    if len(found) == 1 and isinstance(found[0], Literal):
        return found[0]
    return Template(tuple(found))


def _closed(open: _Open) -> Expression:
    names, over = open.directive.names, open.directive.over
    if over is None:
        raise ValueError("a directive of a template has no expression")
    then = Template(tuple(open.then))
    if open.directive.word == "if":
        return TemplateIf(over, then, Template(tuple(open.otherwise or ())))
    return TemplateFor(names[0] if len(names) > 1 else "", names[-1], over, then)


def _without_indent(text: str, indent: int, starts_line: bool) -> str:
    rows = text.split("\n")
    first = rows[0][min(indent, len(rows[0]) - len(rows[0].lstrip(" \t"))) :] if starts_line else rows[0]
    return "\n".join([first, *(row[min(indent, len(row) - len(row.lstrip(" \t"))) :] for row in rows[1:])])

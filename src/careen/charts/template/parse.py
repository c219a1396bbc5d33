"""Reads a template: its own nodes and those that it defines.

**Source:** Go, package text/template, "Actions", "Pipelines", "Variables", "Nested template definitions".
"""

from .errors import TemplateError
from .lex import Part, Token, number_of, parts_of, text_of
from .nodes import Action, Branch, Call, Chain, Dot, Field, Function, Leave, Literal, Nil, Node, Operand, Pipe, Text, Variable

MAX_CHARACTERS = 4 << 20
MAX_DEPTH = 100
_WORDS: dict[str, Operand] = {"true": Literal(True), "false": Literal(False), "nil": Nil()}
_BRANCHES = ("if", "with", "range")


def parse(source: str, name: str) -> dict[str, list[Node]]:
    """The nodes of each template in a text; ``name`` is that of the text itself."""
    if len(source) > MAX_CHARACTERS:
        raise TemplateError(f"over {MAX_CHARACTERS >> 20} MiB", name, 1)
    try:
        return _Parser(source, name).parsed()
    except TemplateError as error:
        raise error.at(name, 1) if not error.line else TemplateError(error.message, name, error.line) from None


class _Parser:
    def __init__(self, source: str, name: str) -> None:
        self._parts = list(parts_of(source))
        self._at = 0
        self._depth = 0
        self._name = name
        self._defined: dict[str, list[Node]] = {}

    def parsed(self) -> dict[str, list[Node]]:
        nodes, end = self._nodes()
        if end is not None:
            raise TemplateError(f"unexpected {{{{{end.next_word()}}}}}", line=end.line)
        return {**self._defined, self._name: nodes}

    def _nodes(self) -> "tuple[list[Node], _Action | None]":
        """The nodes up to an ``end`` or ``else``, and this action; None at the end of the file."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TemplateError(f"more than {MAX_DEPTH} levels")
        found: list[Node] = []
        while self._at < len(self._parts):
            part = self._parts[self._at]
            self._at += 1
            if part.tokens is None:
                found.append(Text(part.text, part.line))
                continue
            action = _Action(part)
            word = action.next_word()
            if word in ("end", "else"):
                self._depth -= 1
                return found, action
            node = self._node(action, word)
            if node is not None:
                found.append(node)
        self._depth -= 1
        return found, None

    def _node(self, action: "_Action", word: str) -> Node | None:
        if word in _BRANCHES:
            action.take()
            return self._branch(word, action)
        if word in ("define", "block"):
            action.take()
            name = action.name()
            pipe = action.pipe() if word == "block" else None
            action.close()
            body, end = self._nodes()
            _expect_end(end, action.line)
            if name not in self._defined or _has_content(body):
                self._defined[name] = body
            return Call(name, pipe, action.line) if word == "block" else None
        if word == "template":
            action.take()
            name = action.name()
            pipe = None if action.is_empty else action.pipe()
            action.close()
            return Call(name, pipe, action.line)
        if word in ("break", "continue") and len(action.tokens) == 1:
            return Leave(word, action.line)
        pipe = action.pipe()
        action.close()
        return Action(pipe, action.line)

    def _branch(self, kind: str, action: "_Action") -> Branch:
        pipe = action.pipe()
        action.close()
        body, end = self._nodes()
        otherwise: list[Node] = []
        if end is None:
            raise TemplateError(f"{{{{{kind}}}}} has no end", line=action.line)
        if end.take().text == "else":
            following = end.next_word()
            if following in ("if", "with") and kind != "range":
                end.take()
                self._depth += 1
                if self._depth > MAX_DEPTH:
                    raise TemplateError(f"more than {MAX_DEPTH} levels", line=end.line)
                otherwise = [self._branch(following, end)]
                self._depth -= 1
            else:
                end.close()
                otherwise, last = self._nodes()
                _expect_end(last, action.line)
        else:
            end.close()
        return Branch(kind, pipe, body, otherwise, action.line)


class _Action:
    """The tokens of one action."""

    def __init__(self, part: Part) -> None:
        self.tokens, self.line = part.tokens or [], part.line
        self._at = 0
        self._depth = 0
        if not self.tokens:
            raise TemplateError("an action is empty", line=part.line)

    @property
    def is_empty(self) -> bool:
        return self._at >= len(self.tokens)

    def next_word(self) -> str:
        token = self._peek()
        return token.text if token and token.kind == "word" else ""

    def take(self) -> Token:
        token = self._peek()
        if token is None:
            raise TemplateError("an action ends too early", line=self.line)
        self._at += 1
        return token

    def close(self) -> None:
        token = self._peek()
        if token is not None:
            raise TemplateError(f"unexpected {token.text!r} in an action", line=token.line)

    def name(self) -> str:
        token = self.take()
        if token.kind not in ("string", "raw"):
            raise TemplateError("the name of a template is not a string", line=token.line)
        return text_of(token)

    def pipe(self) -> Pipe:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TemplateError(f"more than {MAX_DEPTH} levels", line=self.line)
        variables, assigns = self._declared()
        commands = [self._command()]
        while self._is_mark("|"):
            self.take()
            commands.append(self._command())
        self._depth -= 1
        return Pipe(commands, self.line, variables, assigns)

    def _declared(self) -> tuple[list[str], bool]:
        """The variables of ``$x :=``, ``$x =`` or ``$i, $x :=``, and whether it assigns; without such a mark, no
        token is taken."""
        start, names = self._at, []
        while (token := self._peek()) is not None and token.kind == "variable":
            names.append(self.take().text)
            if self._is_mark(":=") or self._is_mark("="):
                return names, self.take().text == "="
            if not self._is_mark(",") or len(names) > 1:
                break
            self.take()
        self._at = start
        return [], False

    def _command(self) -> list[Operand]:
        found: list[Operand] = []
        while (token := self._peek()) is not None and token.text not in ("|", ")"):
            if found and not token.spaced:
                raise TemplateError(f"unexpected {token.text!r} in an action", line=token.line)
            found.append(self._operand())
        if not found:
            raise TemplateError("a value is missing in an action", line=self.line)
        return found

    def _operand(self) -> Operand:
        token = self.take()
        operand: Operand
        if token.kind == "field":
            return Field([token.text[1:], *self._names()])
        if token.kind == "variable":
            return Variable(token.text, self._names())
        if token.kind in ("string", "raw"):
            operand = Literal(text_of(token))
        elif token.kind == "char":
            character = text_of(token)
            if len(character) != 1:
                raise TemplateError(f"{token.text} is not a character", line=token.line)
            operand = Literal(ord(character))
        elif token.kind == "number":
            try:
                operand = Literal(number_of(token.text))
            except ValueError:
                raise TemplateError(f"{token.text[:40]} is not a number", line=token.line) from None
        elif token.kind == "word":
            operand = _WORDS.get(token.text) or Function(token.text)
        elif token.text == ".":
            operand = Dot()
        elif token.text == "(":
            operand = self.pipe()
            if not self._is_mark(")"):
                raise TemplateError("a parenthesis is not closed", line=token.line)
            self.take()
        else:
            raise TemplateError(f"unexpected {token.text!r} in an action", line=token.line)
        names = self._names()
        return Chain(operand, names) if names else operand

    def _names(self) -> list[str]:
        """The names of the fields that follow without a space."""
        found = []
        while (token := self._peek()) is not None and token.kind == "field" and not token.spaced:
            found.append(self.take().text[1:])
        return found

    def _is_mark(self, text: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == "mark" and token.text == text

    def _peek(self) -> Token | None:
        return self.tokens[self._at] if self._at < len(self.tokens) else None


def _expect_end(action: "_Action | None", line: int) -> None:
    if action is None or action.take().text != "end":
        raise TemplateError("a block is not closed by {{ end }}", line=line)
    action.close()


def _has_content(nodes: list[Node]) -> bool:
    """Whether a definition has more than spaces: an empty definition does not replace another."""
    return any(not isinstance(node, Text) or node.text.strip() for node in nodes)

"""HCL2 text -> syntax tree.

Raises: ValueError with the line, for text that is not HCL2 and for expressions that are nested too deep.
**Source:** HCL Native Syntax Specification, https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from typing import TypeVar

from careen.formats.data.yaml_document import MAX_CHARACTERS
from careen.formats.terraform.syntax import (
    Attribute,
    Binary,
    Block,
    Body,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Items,
    Literal,
    Name,
    Object,
    Setting,
    Splat,
    Unary,
)
from careen.formats.terraform.template import Directive, tree
from careen.safety.pattern import pattern

Found = TypeVar("Found")
MAX_DEPTH = 60
MAX_OPERATORS = 100  # of one level, one after the other
_SPACE = pattern(r"(?:[ \t\r\ufeff]|#[^\n]*|//[^\n]*)+")
_NAME = pattern(r"[^\W\d][\w-]*")
_FUNCTION = pattern(r"[^\W\d][\w-]*(?:::[^\W\d][\w-]*)*")
_NUMBER = pattern(r"\d+(?:\.\d+)?(?:[eE][-+]?\d{1,3})?")
_DIGITS = pattern(r"\d{1,9}")
_HEREDOC = pattern(r"<<(-?)([^\W\d][\w-]*)[ \t]*\r?\n")
_OPERATOR = pattern(r"\|\||&&|==|!=|<=|>=|[-+*/%<>]")
_PRECEDENCE = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_PLAIN = pattern(r'[^"\\$%\n]+')
_PLAIN_IN_HEREDOC = pattern(r"[^$%]+")
_ESCAPE = pattern(r'\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))')
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(text: str) -> Body:
    """The body of a file."""
    return _Parser(text).file()


def parse_template(text: str, line: int = 1) -> Expression:
    """The expression of a template, which is the content of a string in the JSON syntax."""
    parser = _Parser(text, line)
    return parser.template(len(text), quoted=False)


class _Parser:
    def __init__(self, text: str, first_line: int = 1) -> None:
        if len(text) > MAX_CHARACTERS:
            raise ValueError(f"over {MAX_CHARACTERS >> 20} MiB of HCL")
        self.text = text
        self.at = 0
        self.depth = 0
        self.across_lines = False  # whether a line break is only space: within brackets
        self.first_line = first_line
        self.breaks = [index for index, letter in enumerate(text) if letter == "\n"]

    def line(self) -> int:
        return bisect_left(self.breaks, self.at) + self.first_line

    def wrong(self, what: str) -> ValueError:
        return ValueError(f"line {self.line()}: {what}")

    # --- bodies

    def file(self) -> Body:
        body = self.body()
        if self.at < len(self.text):
            raise self.wrong("a block is closed that is not open")
        return body

    def body(self) -> Body:
        """Parses a body, up to a closing brace or the end of the text."""
        settings: dict[str, Setting] = {}
        blocks: list[Block] = []
        self.enter()
        while True:
            self.skip(breaks=True)
            if self.at >= len(self.text) or self.text[self.at] == "}":
                self.depth -= 1
                return Body(settings, tuple(blocks))
            line = self.line()
            name = self.word()
            self.skip()
            if self.text.startswith("=", self.at):
                self.at += 1
                expression = self.expression()
                settings[name] = Setting(name, expression, line, self.line())
                self.end_of_line()
            else:
                blocks.append(self.block(name, line))

    def block(self, type: str, line: int) -> Block:
        labels = []
        while not self.takes("{"):
            if self.text.startswith('"', self.at):
                label = self.string()
                if not isinstance(label, Literal) or not isinstance(label.value, str):
                    raise self.wrong("a label is not a plain text")
                labels.append(label.value)
            else:
                labels.append(self.word())
            self.skip()
        body = self.body()
        if not self.takes("}"):
            raise self.wrong("a block is not closed")
        end = self.line()
        self.end_of_line()
        return Block(type, tuple(labels), body, line, end)

    def end_of_line(self) -> None:
        self.skip()
        if self.at < len(self.text) and self.text[self.at] not in "\n}":
            raise self.wrong("more follows where the line should end")

    # --- tokens

    def skip(self, breaks: bool = False) -> None:
        breaks = breaks or self.across_lines
        while True:
            if match := _SPACE.match(self.text, self.at):
                self.at = match.end()
            if self.text.startswith("/*", self.at):
                end = self.text.find("*/", self.at + 2)
                if end < 0:
                    raise self.wrong("a comment is not closed")
                self.at = end + 2
            elif breaks and self.text.startswith("\n", self.at):
                self.at += 1
            else:
                return

    def takes(self, token: str) -> bool:
        self.skip()
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def needs(self, token: str) -> None:
        if not self.takes(token):
            raise self.wrong(f"{token} is missing")

    def word(self) -> str:
        match = _NAME.match(self.text, self.at)
        if match is None:
            raise self.wrong("a name is missing")
        self.at = match.end()
        return match[0]

    def keyword(self, word: str) -> bool:
        self.skip()
        match = _NAME.match(self.text, self.at)
        if match is None or match[0] != word:
            return False
        self.at = match.end()
        return True

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.wrong(f"nested over {MAX_DEPTH} deep")

    # --- expressions

    def expression(self) -> Expression:
        self.enter()
        found = self.binary(1)
        if self.takes("?"):
            then = self.expression()
            self.needs(":")
            found = Conditional(found, then, self.expression())
        self.depth -= 1
        return found

    def binary(self, lowest: int) -> Expression:
        left = self.unary()
        for _ in range(MAX_OPERATORS):
            self.skip()
            match = _OPERATOR.match(self.text, self.at)
            level = _PRECEDENCE[match[0]] if match else 0
            if match is None or level < lowest:
                return left
            self.at = match.end()
            self.skip()
            left = Binary(match[0], left, self.binary(level + 1))
        raise self.wrong(f"over {MAX_OPERATORS} operators in one expression")

    def unary(self) -> Expression:
        self.skip()
        operator = self.text[self.at : self.at + 1]
        if operator and operator in "-!":
            self.at += 1
            self.enter()
            operand = self.unary()
            self.depth -= 1
            return Unary(operator, operand)
        return self.postfix(self.primary())

    def postfix(self, found: Expression) -> Expression:
        steps = 0
        while True:
            steps += 1
            if steps > MAX_DEPTH:
                raise self.wrong(f"over {MAX_DEPTH} steps of one reference")
            self.skip()
            if self.text.startswith(".", self.at) and not self.text.startswith("...", self.at):
                self.at += 1
                self.skip()
                if self.takes("*"):
                    return self.splat(found)
                if digits := _DIGITS.match(self.text, self.at):
                    self.at = digits.end()
                    found = Index(found, Literal(int(digits[0])))
                else:
                    found = Attribute(found, self.word())
            elif self.text.startswith("[", self.at):
                self.at += 1
                before, self.across_lines = self.across_lines, True
                star = self.takes("*")
                key = None if star else self.expression()
                self.skip()
                self.across_lines = before
                self.needs("]")
                if key is None:
                    return self.splat(found)
                found = Index(found, key)
            else:
                return found

    def splat(self, of: Expression) -> Expression:
        self.enter()
        each = self.postfix(Name("*"))
        self.depth -= 1
        return Splat(of, each)

    def primary(self) -> Expression:
        rest = self.text[self.at : self.at + 2]
        if rest[:1] == '"':
            return self.string()
        if rest == "<<":
            return self.heredoc()
        if rest[:1] == "(":
            return self.within(")", self.expression)
        if rest[:1] == "[":
            return self.within("]", self.items)
        if rest[:1] == "{":
            return self.braces()
        if number := _NUMBER.match(self.text, self.at):
            self.at = number.end()
            if len(number[0]) > 60:
                raise self.wrong("a number has over 60 digits")
            return Literal(int(number[0]) if number[0].isdigit() else float(number[0]))
        match = _FUNCTION.match(self.text, self.at)
        if match is None:
            raise self.wrong("an expression is missing")
        self.at = match.end()
        if match[0] in _WORDS:
            return Literal(_WORDS[match[0]])
        if self.takes("("):
            self.at -= 1
            arguments, expands = self.within(")", self.arguments)
            return Call(match[0], arguments, expands)
        if "::" in match[0]:
            raise self.wrong("a name is not complete")
        return Name(match[0])

    def within(self, close: str, read: Callable[[], Found]) -> Found:
        """Parses with ``read`` from the opening bracket at the current position to ``close``, and returns its result."""
        self.at += 1
        before, self.across_lines = self.across_lines, True
        found = read()
        self.skip()
        self.across_lines = before
        self.needs(close)
        return found

    def arguments(self) -> tuple[tuple[Expression, ...], bool]:
        found: list[Expression] = []
        while True:
            self.skip()
            if self.text.startswith(")", self.at):
                return tuple(found), False
            found.append(self.expression())
            if self.takes("..."):
                return tuple(found), True
            if not self.takes(","):
                return tuple(found), False

    def items(self) -> Expression:
        line = self.line()
        if self.keyword("for"):
            return self.loop(line, is_object=False)
        found: list[tuple[Expression, int]] = []
        while True:
            self.skip()
            if self.text.startswith("]", self.at):
                break
            at = self.line()
            found.append((self.expression(), at))
            if not self.takes(","):
                self.skip()
                break
        return Items(tuple(found), line, self.line())

    def braces(self) -> Expression:
        """Parses an object, or a ``for`` in braces. Line breaks separate its items, also within brackets."""
        line = self.line()
        self.at += 1
        before, self.across_lines = self.across_lines, False
        self.skip(breaks=True)
        start = self.at
        if self.keyword("for") and not self.at_key_end():
            self.across_lines = True
            found = self.loop(line, is_object=True)
            self.skip()
        else:
            self.at = start
            found = self.object(line)
        self.across_lines = before
        self.needs("}")
        return found

    def at_key_end(self) -> bool:
        self.skip()
        return self.text[self.at : self.at + 1] in ("=", ":")

    def object(self, line: int) -> Expression:
        found: list[tuple[Expression, Expression, int]] = []
        while True:
            self.skip(breaks=True)
            if self.text.startswith("}", self.at):
                return Object(tuple(found), line, self.line())
            at = self.line()
            key = self.expression()
            if isinstance(key, Name):
                key = Literal(key.name)
            if not self.takes("="):
                self.needs(":")
            self.skip(breaks=True)
            found.append((key, self.expression(), at))
            if not self.takes(","):
                self.skip()
                if self.text[self.at : self.at + 1] not in ("\n", "}"):
                    raise self.wrong("a comma, a line break or } is missing after an item of an object")

    def loop(self, line: int, is_object: bool) -> Expression:
        names = [self.named()]
        if self.takes(","):
            names.append(self.named())
        if not self.keyword("in"):
            raise self.wrong("in is missing")
        over = self.expression()
        self.needs(":")
        key, value, groups = None, self.expression(), False
        if is_object:
            self.needs("=>")
            key, value = value, self.expression()
            groups = self.takes("...")
        condition = self.expression() if self.keyword("if") else None
        return For(tuple(names), over, key, value, condition, groups, line)

    def named(self) -> str:
        self.skip()
        return self.word()

    # --- texts

    def string(self) -> Expression:
        self.at += 1
        found = self.template(len(self.text), quoted=True)
        self.at += 1
        return found

    def heredoc(self) -> Expression:
        match = _HEREDOC.match(self.text, self.at)
        if match is None:
            raise self.wrong("a heredoc does not begin")
        end = re.compile(rf"(?m)^[ \t]*{re.escape(match[2])}[ \t]*\r?$").search(self.text, match.end())
        if end is None:
            raise self.wrong(f"the heredoc {match[2]} does not end")
        self.at = match.end()
        rows = self.text[match.end() : end.start()].split("\n")[:-1]
        indents = [len(row) - len(row.lstrip()) for row in rows if row.strip()] if match[1] else []
        found = self.template(end.start(), quoted=False, indent=min(indents, default=0))
        self.at = end.end()
        return found

    def template(self, end: int, quoted: bool, indent: int = 0) -> Expression:
        """Parses a template up to ``end``, or to the closing quote if it is ``quoted``."""
        self.enter()
        parts: list[Expression | Directive] = []
        text: list[str] = []
        plain = _PLAIN if quoted else _PLAIN_IN_HEREDOC
        trims = False  # the next text loses its leading space
        while self.at < end and not (quoted and self.text[self.at] == '"'):
            here = self.text[self.at]
            opening = self.text[self.at : self.at + 2]
            if opening in ("${", "%{"):
                if self.text.startswith("~", self.at + 2) and text:
                    text[-1] = text[-1].rstrip()
                parts += [Literal("".join(text))] if text else []
                text = []
                part, trims = self.interpolation(opening)
                parts.append(part)
                continue
            if match := plain.match(self.text, self.at, end):
                self.at = match.end()
                piece = match[0]
            elif self.text[self.at : self.at + 3] in ("$${", "%%{"):
                self.at += 3
                piece = here + "{"
            elif quoted and here == "\\":
                piece = self.escape()
            elif quoted and here == "\n":
                raise self.wrong("a text is not closed")
            else:
                self.at += 1
                piece = here
            text.append(piece.lstrip() if trims else piece)
            trims = False
        if quoted and not self.text.startswith('"', self.at):
            raise self.wrong("a text is not closed")
        parts += [Literal("".join(text))] if text else []
        self.depth -= 1
        return tree(parts, indent)

    def escape(self) -> str:
        match = _ESCAPE.match(self.text, self.at)
        if match is None:
            raise self.wrong("an escape is not known")
        self.at = match.end()
        if match[1]:
            return _ESCAPED[match[1]]
        code = int(match[2] or match[3], 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            raise self.wrong("an escape is not a character")
        return chr(code)

    def interpolation(self, opening: str) -> tuple[Expression | Directive, bool]:
        """The expression or directive, and whether it trims the text that follows."""
        self.at += 2
        if self.text.startswith("~", self.at):
            self.at += 1
        before, self.across_lines = self.across_lines, True
        self.enter()
        found = self.expression() if opening == "${" else self.directive()
        self.depth -= 1
        trims = self.takes("~")
        self.skip()
        self.across_lines = before
        self.needs("}")
        return found, trims

    def directive(self) -> Directive:
        self.skip()
        word = self.word()
        if word == "if":
            return Directive(word, (), self.expression())
        if word == "for":
            names = [self.named()]
            if self.takes(","):
                names.append(self.named())
            if not self.keyword("in"):
                raise self.wrong("in is missing")
            return Directive(word, tuple(names), self.expression())
        if word not in ("else", "endif", "endfor"):
            raise self.wrong(f"the directive {word} is not known")
        return Directive(word)

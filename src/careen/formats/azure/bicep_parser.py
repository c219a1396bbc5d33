"""Files of Bicep -> their declarations: parameters and variables as expressions, and resources.

What is not read is passed over to the end of its statement; ``elsewhere`` has modules of registries, and resources that are no
object. A text is never an error: what does not end reaches to the end of the file.
Raises: FileLimitError for expressions that are nested too deep.
**Source:** Bicep, "File structure and syntax", and its grammar.
"""

import re
from bisect import bisect_right

from careen.errors import FileLimitError
from careen.formats.data.yaml_document import as_text

from .expressions import MAX_DEPTH, Array, Call, Choice, Literal, Member, Name, Node, Object, Strange, Text

_TOKEN = re.compile(
    r"(?P<space>[^\S\n]++|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?|\\\n)"
    r"|(?P<long>'''(?:[^']++|'(?!''))*+(?:''')?)"
    r"|(?P<quote>')|(?P<number>\d++)|(?P<word>[A-Za-z_]\w*+)"
    r"|(?P<sign>==|!=|<=|>=|=~|!~|&&|\|\||\?\?|\.\.\.|=>|[\s\S])"
)
_PIECE = re.compile(r"(?:[^'\\$\n]++|\\.|\$(?!\{))*+", re.DOTALL)
_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]{1,6})\}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_OPERATORS = {"==": "equals", "!=": "differs", "&&": "and", "||": "or", "??": "coalesce"}
_BINARY = frozenset((*_OPERATORS, "<", ">", "<=", ">=", "=~", "!~", "+", "-", "*", "/", "%"))
_REGISTRY = ("br:", "br/", "ts:", "ts/")
_DECLARED = ("param", "var", "resource", "module")


class Declared:
    """A declaration of a resource: its type, its body, the condition, and the type of the resource that it is in."""

    __slots__ = ("body", "condition", "parent", "type")

    def __init__(self, type: str, body: Node, condition: Node | None, parent: str) -> None:
        self.type, self.body, self.condition, self.parent = type, body, condition, parent


class Parser:
    def __init__(self, text: str) -> None:
        self.values: dict[str, Node] = {}
        self.resources: list[Declared] = []
        self.elsewhere: list[tuple[str, int]] = []
        self._text = text
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._at = 0
        self._depth = 0
        self._inside: list[str] = []  # the types of the resources whose body is open

    # Tokens

    def _line(self) -> int:
        return bisect_right(self._breaks, self._at - 1) + 1

    def _token(self, newlines: bool = False) -> tuple[str, str]:
        """The kind and text of the next token, and moves behind it; ("", "") at the end. ``newlines``: without them."""
        while (match := _TOKEN.match(self._text, self._at)) is not None:
            self._at = match.end()
            if match.lastgroup != "space" and not (newlines and match[0].isspace()):
                return match.lastgroup or "", match[0]
        return "", ""

    def _peek(self, newlines: bool = False) -> tuple[str, str]:
        """The next token, which stays the next. What is passed over stays behind."""
        while (match := _TOKEN.match(self._text, self._at)) is not None:
            if match.lastgroup != "space" and not (newlines and match[0].isspace()):
                return match.lastgroup or "", match[0]
            self._at = match.end()
        return "", ""

    def _take(self, text: str, newlines: bool = False) -> bool:
        if self._peek(newlines)[1] != text:
            return False
        self._token(newlines)
        return True

    def _rest_of_line(self) -> None:
        """Passes over the rest of a statement: to the end of its line, or of the brackets that are open there."""
        opened = 0
        while (token := self._peek())[0]:
            if token[1] == "\n" and opened <= 0:
                return
            if token[0] == "quote":
                self._string()
                continue
            self._token()
            opened += (token[1] in ("(", "[", "{")) - (token[1] in (")", "]", "}"))

    # Statements

    def file(self) -> None:
        while (token := self._peek(newlines=True))[0]:
            if token[1] in _DECLARED:
                self._declaration()
            else:
                self._rest_of_line()

    def _declaration(self) -> None:
        line = self._line()
        kind, (_, name) = self._token()[1], self._token()
        if kind in ("resource", "module"):
            type = self._string() if self._peek()[0] == "quote" else Literal("")
            is_existing = self._take("existing")
            written = as_text(type.value) if isinstance(type, Literal) else ""
            if kind == "module":
                if written.startswith(_REGISTRY):
                    self.elsewhere.append((f"the module {written[:200]}", line))
                self._rest_of_line()
            elif not self._take("="):
                self._rest_of_line()
            else:
                self._resource(written, is_existing, line)
            return
        while kind == "param" and self._peek()[1] not in ("=", "\n", ""):  # its type
            self._token()
        if self._take("="):
            value = self._expression()
            if name not in self.values:
                self.values[name] = value
        self._rest_of_line()

    def _resource(self, type: str, is_existing: bool, line: int) -> None:
        """Reads what follows the type: an object, one with a condition, or one for each item of a list."""
        parent = self._inside[-1] if self._inside else ""
        is_loop = self._take("[")
        if is_loop:
            while (token := self._peek())[0] and token[1] != ":":
                if token[0] == "quote":
                    self._string()
                else:
                    self._token()
            self._take(":")
        condition = None
        if self._take("if"):
            condition = self._expression()
        own = type.partition("@")[0].lower()
        place = len(self.resources)
        self._inside.append(f"{parent}/{own}" if parent and "/" not in own else own)
        body = self._expression()
        self._inside.pop()
        if is_loop:
            self._take("]", newlines=True)
        if not is_existing:
            self.resources.insert(place, Declared(type, body, condition, parent))
        if not isinstance(body, Object):
            self.elsewhere.append((f"a resource {own[:100]}", line))
        self._rest_of_line()

    # Expressions

    def _expression(self) -> Node:
        if self._depth > MAX_DEPTH:
            raise FileLimitError(f"expressions nested over {MAX_DEPTH} deep")
        self._depth += 1
        try:
            node = self._operand()
            while (sign := self._peek()[1]) in _BINARY:
                self._token()
                node = _combined(sign, node, self._operand())
            start = self._at
            if self._peek(newlines=True)[1] != "?":  # it may begin the next line
                self._at = start
            else:
                self._token()
                then = self._expression()
                self._take(":", newlines=True)
                node = Choice(node, then, self._expression())
            return node
        finally:
            self._depth -= 1

    def _operand(self) -> Node:
        kind, text = self._peek(newlines=True)
        if text in ("!", "-"):
            self._token()
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise FileLimitError(f"expressions nested over {MAX_DEPTH} deep")
            operand = self._operand()
            self._depth -= 1
            return Call("not", (operand,)) if text == "!" else Strange("-")
        node = self._primary(kind, text)
        while True:
            sign = self._peek()[1]
            if sign == "." or sign == "!":
                self._token()
                if sign == ".":
                    self._take("?")
                    node = self._member(node)
            elif sign == "[":
                self._token()
                self._take("?")
                node = Member(node, self._expression())
                self._take("]", newlines=True)
            elif sign == ":" and self._text.startswith("::", self._at):
                self._token()
                self._token()
                node = Member(node, Literal(self._token()[1]))
            else:
                return node

    def _member(self, node: Node) -> Node:
        name = self._token()[1]
        if self._take("("):
            return Call(name, self._arguments())
        return Member(node, Literal(name))

    def _primary(self, kind: str, text: str) -> Node:
        if kind == "quote":
            return self._string()
        self._token()
        if kind == "long":
            return Literal(text[3:].removesuffix("'''").removeprefix("\n"))
        if kind == "number":
            return Literal(int(text[:18]))
        if kind == "word":
            if text in ("true", "false", "null"):
                return Literal({"true": True, "false": False, "null": None}[text])
            if self._take("("):
                return Call(text, self._arguments())
            return Name(text)
        if text == "{":
            return self._object()
        if text == "[":
            return self._array()
        if text == "(":
            node = self._expression()
            self._take(")", newlines=True)
            return node
        return Strange(text)

    def _arguments(self) -> tuple[Node, ...]:
        found = []
        while (token := self._peek(newlines=True))[0] and token[1] != ")":
            if token[1] == ",":
                self._token()
            else:
                found.append(self._expression())
        self._token()
        return tuple(found)

    def _object(self) -> Node:
        line = self._line()
        entries: list[tuple[Node, Node, int]] = []
        while (token := self._peek(newlines=True))[0] and token[1] != "}":
            if token[1] in (",", "@", "..."):
                self._token()
                if token[1] != ",":
                    self._expression()
                continue
            if token[1] == "resource" and self._is_declaration():
                self._declaration()
                continue
            at = self._line()
            key: Node = self._string() if token[0] == "quote" else Literal(self._token()[1])
            if self._take(":"):
                entries.append((key, self._expression(), at))
        self._token()
        return Object(tuple(entries), line)

    def _is_declaration(self) -> bool:
        start = self._at
        self._token()
        is_named = self._token()[0] == "word"
        self._at = start
        return is_named

    def _array(self) -> Node:
        line = self._line()
        items: list[tuple[Node, int]] = []
        if self._peek(newlines=True)[1] == "for":
            return self._loop()
        while (token := self._peek(newlines=True))[0] and token[1] != "]":
            if token[1] in (",", "..."):
                self._token()
                continue
            at = self._line()
            items.append((self._expression(), at))
        self._token()
        return Array(tuple(items), line)

    def _loop(self) -> Node:
        """An array with one item for each of another: its one item, whose loop variable is not known."""
        line = self._line()
        while (token := self._peek())[0] and token[1] != ":":
            if token[0] == "quote":
                self._string()
            else:
                self._token()
        self._take(":")
        at = self._line()
        item = self._expression()
        self._take("]", newlines=True)
        return Array(((item, at),), line)

    def _string(self) -> Node:
        """Reads a text, which may have expressions in it."""
        self._token()
        parts: list[Node] = []
        while True:
            piece = _PIECE.match(self._text, self._at)
            if piece is not None and piece[0]:
                parts.append(Literal(_ESCAPE.sub(_unescaped, piece[0])))
                self._at = piece.end()
            if not self._text.startswith("${", self._at):
                break
            self._at += 2
            parts.append(self._expression())
            self._take("}", newlines=True)
        if self._text.startswith("'", self._at):
            self._at += 1
        if len(parts) == 1 and isinstance(parts[0], Literal):
            return parts[0]
        return Text(tuple(parts)) if parts else Literal("")


def _combined(sign: str, left: Node, right: Node) -> Node:
    if sign == "!=":
        return Call("not", (Call("equals", (left, right)),))
    return Call(_OPERATORS.get(sign, sign), (left, right))


def _unescaped(match: re.Match[str]) -> str:
    if match[2]:
        number = int(match[2], 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else ""
    return _ESCAPED.get(match[1], match[1])

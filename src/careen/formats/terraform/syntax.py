"""The syntax tree of HCL2: bodies with attributes and blocks, and expressions. Lines count from 1.

**Source:** HCL Native Syntax Specification, https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from msgspec import Struct


class Literal(Struct, frozen=True):
    value: str | int | float | bool | None


class Template(Struct, frozen=True):
    """A text with expressions in it. One expression alone keeps its type."""

    parts: tuple["Expression", ...]


class TemplateIf(Struct, frozen=True):
    condition: "Expression"
    then: Template
    otherwise: Template


class TemplateFor(Struct, frozen=True):
    key: str
    value: str
    over: "Expression"
    body: Template


class Name(Struct, frozen=True):
    """The first word of a reference: ``var``, ``local``, a type of resource, a variable of ``for``."""

    name: str


class Attribute(Struct, frozen=True):
    of: "Expression"
    name: str


class Index(Struct, frozen=True):
    of: "Expression"
    key: "Expression"


class Splat(Struct, frozen=True):
    """An expression ``a[*].b[0].c``: ``each`` is the part after ``*``, in which the name ``*`` is the item."""

    of: "Expression"
    each: "Expression"


class Unary(Struct, frozen=True):
    operator: str
    operand: "Expression"


class Binary(Struct, frozen=True):
    operator: str
    left: "Expression"
    right: "Expression"


class Conditional(Struct, frozen=True):
    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


class Call(Struct, frozen=True):
    name: str
    arguments: tuple["Expression", ...]
    expands: bool  # the last argument is a list of arguments


class Items(Struct, frozen=True):
    """A list ``[a, b]``, with the line of each item."""

    items: tuple[tuple["Expression", int], ...]
    line: int
    end_line: int


class Object(Struct, frozen=True):
    """An object ``{a = b}``, with the line of each key."""

    items: tuple[tuple["Expression", "Expression", int], ...]
    line: int
    end_line: int


class For(Struct, frozen=True):
    """An expression ``[for k, v in over : value if condition]``; with ``key``, it makes an object."""

    names: tuple[str, ...]
    over: "Expression"
    key: "Expression | None"
    value: "Expression"
    condition: "Expression | None"
    groups: bool
    line: int


Expression = (
    Literal
    | Template
    | TemplateIf
    | TemplateFor
    | Name
    | Attribute
    | Index
    | Splat
    | Unary
    | Binary
    | Conditional
    | Call
    | Items
    | Object
    | For
)


class Setting(Struct, frozen=True):
    """A setting ``name = expression`` in a body."""

    name: str
    expression: Expression
    line: int
    end_line: int


class Block(Struct, frozen=True):
    type: str
    labels: tuple[str, ...]
    body: "Body"
    line: int
    end_line: int


class Body(Struct, frozen=True):
    settings: dict[str, Setting]
    blocks: tuple[Block, ...]

    def of_type(self, type: str) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.type == type)

"""The nodes of a parsed template."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Dot:
    pass


@dataclass(slots=True)
class Nil:
    pass


@dataclass(slots=True)
class Literal:
    value: str | int | float | bool


@dataclass(slots=True)
class Field:
    """The fields of the current value: ``.a.b``"""

    names: list[str]


@dataclass(slots=True)
class Variable:
    """``$x.a.b``: the name with its dollar sign, then fields."""

    name: str
    names: list[str]


@dataclass(slots=True)
class Chain:
    """The fields of an operand: ``(…).a.b``"""

    operand: "Operand"
    names: list[str]


@dataclass(slots=True)
class Function:
    name: str


@dataclass(slots=True)
class Pipe:
    """Commands of which each gets the result of the one before: ``$x, $y := command | command``"""

    commands: list[list["Operand"]]
    line: int
    variables: list[str] = field(default_factory=list)
    assigns: bool = False  # = instead of :=


Operand = Dot | Nil | Literal | Field | Variable | Chain | Function | Pipe


@dataclass(slots=True)
class Text:
    text: str
    line: int


@dataclass(slots=True)
class Action:
    pipe: Pipe
    line: int


@dataclass(slots=True)
class Branch:
    """A block: ``if``, ``with`` or ``range``."""

    kind: str
    pipe: Pipe
    body: list["Node"]
    otherwise: list["Node"]
    line: int


@dataclass(slots=True)
class Call:
    """The use of another template: ``template "name" pipe``"""

    name: str
    pipe: Pipe | None
    line: int


@dataclass(slots=True)
class Leave:
    """A ``break`` or ``continue``."""

    kind: str
    line: int


Node = Text | Action | Branch | Call | Leave

"""What the variables of a program hold, as far as one function shows it that is read from its beginning to its end."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from careen.model.advisory import Severity

from .tree import text


class Scope:
    """``end``: where the function ends. ``of_requests``: variables with a value of a request. ``fixed``: variables that were
    only set to constants.
    """

    def __init__(self, end: int) -> None:
        self.end = end
        self.of_requests: set[bytes] = set()
        self.fixed: set[bytes] = set()
        self._changed: set[bytes] = set()

    def set(self, name: bytes, of_request: bool, changes: bool, replaces: bool) -> None:
        """``replaces``: the variable loses the value that it had."""
        if of_request:
            self.of_requests.add(name)
        elif replaces:
            self.of_requests.discard(name)
        if changes:
            self._changed.add(name)
            self.fixed.discard(name)
        elif replaces and name not in self._changed:
            self.fixed.add(name)


class Setting(NamedTuple):
    """A variable that a node sets. ``is_part``: to a part of the value."""

    name: bytes
    value: Any
    replaces: bool = True
    is_part: bool = False


class Variables(ABC):
    """What the variables of each function are set to. ``note`` takes each node before its children."""

    functions: ClassVar[frozenset[str]]  # the types of their nodes

    def __init__(self) -> None:
        self._scopes = [Scope(1 << 62)]

    @property
    def scope(self) -> Scope:
        return self._scopes[-1]

    def note(self, node: Any) -> None:
        while node.start_byte >= self.scope.end:
            self._scopes.pop()
        if node.type in self.functions:
            self._scopes.append(Scope(node.end_byte))
        for name, value, replaces, is_part in self.settings(node):
            if name:  # a name that is too long is not known
                self.scope.set(name, self.from_request(value), is_part or self.changes(value), replaces)

    def changes(self, node: Any, quoted: bool = False) -> bool:
        """Whether a value is not constant. ``quoted``: what is quoted for a shell counts as constant."""
        fixed = self.scope.fixed
        return any(not (quoted and self.is_quoted(part)) and text(part) not in fixed for part in self.varying(node))

    @abstractmethod
    def settings(self, node: Any) -> Iterator[Setting]: ...

    @abstractmethod
    def from_request(self, node: Any) -> bool:
        """Whether the value is made of one of the request."""

    @abstractmethod
    def varying(self, node: Any) -> Iterator[Any]:
        """The parts of a value that are not constant; the value itself if it has too many parts."""

    @abstractmethod
    def is_quoted(self, node: Any) -> bool: ...


class Call(NamedTuple):
    node: Any
    line: int
    name: bytes
    arguments: list[Any]
    variables: Variables
    receiver: bytes = b""

    @property
    def first(self) -> Any:
        return self.arguments[0] if self.arguments else None

    @property
    def severity(self) -> Severity | None:
        """A severity above that of the rule if the first argument is a value of a request."""
        return "high" if self.variables.from_request(self.first) else None

    def changes(self, quoted: bool = False) -> bool:
        return bool(self.arguments) and self.variables.changes(self.first, quoted)

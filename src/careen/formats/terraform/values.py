"""The values of Terraform: scalars, ``Mapping`` and ``Sequence`` with lines, and values that only a run of Terraform gives.

An unknown value is a text as well, with its reference in ``${}``: readers of other formats take it for a variable.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from careen.formats.data.yaml_document import Mapping, Sequence

MAX_NODES = 20_000  # of one value; a part that occurs several times counts each time
MAX_DEPTH = 100
MAX_TEXT = 1024 * 1024
MAX_CHARACTERS = 4 * MAX_TEXT  # of all texts of one value; one that occurs several times counts each time
CHARACTERS_A_STEP = 100


class UnknownValue(str):
    """A value that only a run of Terraform gives. ``rests_on`` is the reference that has no value yet, ``owner`` the
    address of the resource that will give it.

    ``whole``: nothing of the value is known, not even its type; otherwise it is a text with unknown parts.
    """

    __slots__ = ("owner", "rests_on", "whole")

    rests_on: str
    owner: str
    whole: bool


def unknown(rests_on: str, owner: str = "", text: str = "") -> UnknownValue:
    """An unknown value. ``text`` is the text that contains the unknown part, if the rest is known."""
    value = UnknownValue(text or f"${{{rests_on}}}")
    value.rests_on = rests_on
    value.owner = owner
    value.whole = not text
    return value


class ResourceValue(Mapping):
    """A resource as the value of a reference in other expressions. Attributes that the configuration does not set are
    unknown: Terraform has them after it has made the resource."""

    __slots__ = ("address", "reference")

    def __init__(self, address: str, reference: str) -> None:
        super().__init__()
        self.address = address
        self.reference = reference


def first_unknown(value: Any) -> UnknownValue | None:
    """The first unknown value in a value, at any depth."""
    return next((item for item in nodes(value) if isinstance(item, UnknownValue)), None)


def nodes(value: Any, limit: int = MAX_NODES) -> Iterator[Any]:
    """Yields the value and every value within it, at most ``limit``."""
    todo = [value]
    while todo and limit:
        limit -= 1
        here = todo.pop()
        yield here
        if isinstance(here, dict):
            todo.extend(here.values())
        elif isinstance(here, list):
            todo.extend(here)


def sized(value: Any) -> int:
    """The number of nodes of a value, with the steps that its texts are worth. Raises ValueError if it is too large."""
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise ValueError(f"a text over {MAX_TEXT >> 20} MiB")
        return 1 + len(value) // CHARACTERS_A_STEP
    if not isinstance(value, dict | list):
        return 1
    count = characters = 0
    todo: list[tuple[Any, int]] = [(value, 0)]
    while todo:
        here, depth = todo.pop()
        count += 1
        if count > MAX_NODES or depth > MAX_DEPTH:
            raise ValueError(f"a value of over {MAX_NODES} parts, or nested over {MAX_DEPTH} deep")
        if isinstance(here, str):
            characters += len(here)
        elif isinstance(here, dict):
            characters += sum(map(len, here))
            todo.extend((item, depth + 1) for item in here.values())
        elif isinstance(here, list):
            todo.extend((item, depth + 1) for item in here)
        if characters > MAX_CHARACTERS:
            raise ValueError(f"a value with over {MAX_CHARACTERS >> 20} MiB of text")
    return count + characters // CHARACTERS_A_STEP


def bounded(texts: Iterable[str], most: int = MAX_TEXT) -> Iterator[str]:
    """The texts one by one. Raises ValueError when all of them have more than so many characters."""
    left = most
    for text in texts:
        left -= len(text)
        if left < 0:
            raise ValueError(f"a text over {most >> 20} MiB")
        yield text


def items_of(value: Any) -> list[tuple[Any, Any]] | None:
    """Keys and values that ``for`` and ``for_each`` go through; None if the value has none."""
    if isinstance(value, dict):
        return sorted(value.items())
    return list(enumerate(value)) if isinstance(value, list) else None


def placed(value: Any, line: int, end_line: int) -> Any:
    """A copy of the value whose lines lie within those of a setting: the value may come from elsewhere."""
    if isinstance(value, Mapping):
        found = Mapping(_clamped(value.line, line, end_line))
        found.end_line = _clamped(value.end_line, line, end_line)
        for key, item in value.items():
            found[key] = placed(item, line, end_line)
            found.lines[key] = _clamped(value.lines.get(key, 0), line, end_line)
        return found
    if isinstance(value, Sequence):
        row = Sequence(_clamped(value.line, line, end_line))
        row.extend(placed(item, line, end_line) for item in value)
        row.lines = [_clamped(at, line, end_line) for at in value.lines] + [line] * (len(value) - len(value.lines))
        return row
    return value


def _clamped(at: int, line: int, end_line: int) -> int:
    return at if line <= at <= end_line else line


def mapping(pairs: Any, line: int = 0) -> Mapping:
    found = Mapping(line)
    for key, value in pairs:
        found[key] = value
        found.lines[key] = line
    return found


def sequence(items: Any, line: int = 0) -> Sequence:
    found = Sequence(line)
    found.extend(items)
    found.lines = [line] * len(found)
    return found


def as_string(value: Any) -> str | None:
    """A scalar as Terraform converts it to text; None for any other value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, int | float) else None

"""Rules about arguments of Terraform's resources. A value that only a run of Terraform gives is neither right nor
wrong."""

from collections.abc import Callable, Iterator
from typing import Any

from careen.formats.data.yaml_document import Mapping, Sequence
from careen.formats.terraform.resource import Resource, Terraform
from careen.formats.terraform.values import UnknownValue
from careen.plugins import Place

Inspect = Callable[[Terraform], Iterator[Place]]
EVERYONE = frozenset(("0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "*", "Internet", "Any"))


def needs(
    *types: str, keys: tuple[str, ...], accepts: Callable[[Any], bool], message: str, older: tuple[str, ...] = ()
) -> Inspect:
    """An ``inspect`` that yields resources in which ``accepts`` is false for an argument's value (None if it is not
    set).

    ``keys`` lead through nested blocks; ``older`` are the keys by which the argument was called before.
    """

    def inspect(document: Terraform) -> Iterator[Place]:
        for resource in document.of(*types):
            value, path = argument(resource, *keys)
            if value is None and older:
                value, path = argument(resource, *older)
            if not (accepts is is_set and is_set(value)) and (isinstance(value, UnknownValue) or not accepts(value)):
                yield place(resource, message, *path, value=value)

    return inspect


def argument(resource: Resource, *keys: str) -> tuple[Any, tuple[str | int, ...]]:
    """The value below the keys, in the first of repeated blocks, and the path to it; None if it is not set."""
    return below(resource.values, *keys)


def below(block: Any, *keys: str) -> tuple[Any, tuple[str | int, ...]]:
    path: list[str | int] = []
    for key in keys:
        if isinstance(block, Sequence) and block:
            block = block[0]
            path.append(0)
        if isinstance(block, UnknownValue):
            return block, tuple(path)
        if not isinstance(block, Mapping) or key not in block:
            return None, tuple(path)
        block = block[key]
        path.append(key)
    return block, tuple(path)


def place(resource: Resource, message: str, *path: str | int, value: Any = None) -> Place:
    """The place of a misconfiguration. ``value`` is the value that it is about: if it is unknown, the place is not
    assessed."""
    rests_on = value.rests_on if isinstance(value, UnknownValue) else ""
    line = resource.values.line_of(*path) or resource.line
    return Place(f"{resource.label} {message}", line, path=resource.path, rests_on=rests_on)


def blocks(resource: Resource, *names: str) -> Iterator[tuple[Mapping, tuple[str | int, ...]]]:
    """The nested blocks of these names, each with its path."""
    for name in names:
        value = resource.values.get(name)
        if isinstance(value, Mapping):
            yield value, (name,)
        elif isinstance(value, Sequence):
            yield from ((item, (name, index)) for index, item in enumerate(value) if isinstance(item, Mapping))


def missing_blocks(resource: Resource, *names: str) -> Iterator[tuple[UnknownValue, tuple[str | int, ...]]]:
    """The placeholders for blocks of these names whose number is unknown."""
    for name in names:
        value = resource.values.get(name)
        items = value if isinstance(value, Sequence) else [value]
        for index, item in enumerate(items):
            if isinstance(item, UnknownValue):
                yield item, (name, index) if isinstance(value, Sequence) else (name,)


def is_true(value: Any) -> bool:
    return value is True or value == "true"


def is_false(value: Any) -> bool:
    return value is False or value == "false"


def is_not_false(value: Any) -> bool:
    """Whether a value is not false, for settings that are on unless they are switched off."""
    return not is_false(value)


def is_not_true(value: Any) -> bool:
    return not is_true(value)


def is_set(value: Any) -> bool:
    """Whether a value is set, or refers to another resource. An unknown variable may be null, so it does not count."""
    if isinstance(value, UnknownValue):
        return bool(value.owner) or not value.whole
    return value not in (None, "", [], {})


def is_one_of(*allowed: Any) -> Callable[[Any], bool]:
    return lambda value: value in allowed


def is_none_of(*refused: Any) -> Callable[[Any], bool]:
    return lambda value: value not in refused


def texts(value: Any) -> list[str]:
    """The known texts of a list, or the one text."""
    items = value if isinstance(value, Sequence) else [value]
    return [item for item in items if isinstance(item, str) and not isinstance(item, UnknownValue)]


def unknown_in(value: Any) -> UnknownValue | None:
    items = value if isinstance(value, Sequence) else [value]
    return next((item for item in items if isinstance(item, UnknownValue)), None)


def is_everyone(value: Any) -> bool:
    """Whether one of the networks is the whole Internet."""
    return any(text in EVERYONE for text in texts(value))

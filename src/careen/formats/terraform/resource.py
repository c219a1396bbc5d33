"""The resources of a configuration or plan, which checks inspect."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from careen.formats.data.yaml_document import Mapping
from careen.formats.terraform.values import UnknownValue
from careen.safety.pattern import pattern

MAX_NAME = 253  # characters of a name in messages

_KEYS = pattern(r"\[[^\]]{0,200}\]")  # of instances: a plan names the resource without them


class Resource:
    """One instance of a resource. ``values`` has its arguments; each nested block is an item of a sequence."""

    __slots__ = ("address", "end_line", "is_data", "line", "name", "noun", "path", "type", "values")

    def __init__(
        self,
        type: str,
        name: str,
        address: str,
        values: Mapping,
        path: str,
        line: int,
        end_line: int,
        is_data: bool = False,
        noun: str = "",
    ) -> None:
        self.type = type
        self.name = name
        self.address = address  # with modules and the key of the instance
        self.values = values
        self.path = path
        self.line = line
        self.end_line = end_line
        self.is_data = is_data
        self.noun = noun or type  # how its own format calls the type

    @property
    def label(self) -> str:
        """Type and name, without modules and keys, so that a finding that all instances share is reported once."""
        return f"{self.noun[:MAX_NAME]}.{self.name[:MAX_NAME]}"

    @property
    def node(self) -> Mapping:
        return self.values

    @property
    def resource(self) -> "Resource":
        return self


class Unassessed(Struct, frozen=True):
    """A part of a configuration that was not evaluated."""

    path: str
    line: int
    why: str
    is_unread: bool = False  # the whole file


class Terraform:
    """All resources that were read together."""

    def __init__(self, path: str, resources: Iterable[Resource], unassessed: Iterable[Unassessed] = ()) -> None:
        self.path = path
        self.resources = tuple(resources)
        self.unassessed = tuple(unassessed)
        self._by_type: dict[str, list[Resource]] = {}
        self._links: dict[tuple[str, tuple[str, ...]], _Links] = {}  # of arguments by name, in resources of these types
        for resource in self.resources:
            if not resource.is_data:
                self._by_type.setdefault(resource.type, []).append(resource)

    def of(self, *types: str) -> Iterator[Resource]:
        """The managed resources of these types."""
        for type in types:
            yield from self._by_type.get(type, ())

    def linked(self, target: Resource, key: str, *types: str) -> tuple[list[Resource], UnknownValue | None]:
        """The resources of these types whose argument ``key`` certainly refers to the target, and an unknown value of
        that argument which may refer to it; None if there is no such value."""
        if (key, types) not in self._links:
            self._links[key, types] = _Links(self.of(*types), key)
        links = self._links[key, types]
        return links.to(target), links.unclear


class _Links:
    """The resources by what their argument ``key`` refers to: a text, or the owner of a value that is not known yet."""

    def __init__(self, resources: Iterable[Resource], key: str) -> None:
        self.unclear: UnknownValue | None = None
        self._by_text: dict[str, dict[int, Resource]] = {}
        self._by_owner: dict[str, dict[int, Resource]] = {}
        for number, resource in enumerate(resources):
            value = resource.values.get(key)
            if not isinstance(value, UnknownValue):
                if isinstance(value, str):
                    self._by_text.setdefault(value, {})[number] = resource
            elif value.owner:
                self._by_owner.setdefault(value.owner, {})[number] = resource
            else:
                self.unclear = value

    def to(self, target: Resource) -> list[Resource]:
        """Those whose argument is certainly the id or name of the target, in their order."""
        found: dict[int, Resource] = {}
        for name in _names(target):
            found |= self._by_text.get(name, {})
        for address in _addresses(target):
            found |= self._by_owner.get(address, {})
        return [found[number] for number in sorted(found)]


def refers(value: Any, target: Resource) -> bool:
    """Whether a value is certainly the id or name of the target."""
    if isinstance(value, UnknownValue):
        return value.owner != "" and value.owner in _addresses(target)
    return isinstance(value, str) and value in _names(target)


def _addresses(target: Resource) -> tuple[str, str]:
    """The address, also as a plan writes it: without keys."""
    return target.address, _KEYS.sub("", target.address)


def _names(target: Resource) -> list[str]:
    own = (target.values.get(key) for key in ("bucket", "name", "id", "arn", "function_name"))
    return [name for name in own if isinstance(name, str) and not isinstance(name, UnknownValue)]

"""Values with fields and methods, as structs and named types of Go have them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Methods = Mapping[str, Callable[..., Any]]


class Object:
    """A value with fields, and with methods that a template calls with arguments; ``text`` is how it is printed."""

    __slots__ = ("fields", "methods", "text")

    def __init__(self, fields: Mapping[str, Any], methods: Methods | None = None, text: str | None = None) -> None:
        self.fields, self.methods, self.text = fields, methods or {}, text


class MethodMap(dict[str, Any]):
    """A map with methods, which come before its keys."""

    methods: Methods = MappingProxyType({})


class MethodList(list[Any]):
    """A list with methods."""

    methods: Methods = MappingProxyType({})

"""Values of paths, queries and headers, as the document describes them.

Raises: Refused, with 400 for a value that does not match its schema, and with 404 if that value is a part of the path.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from starlette.datastructures import QueryParams

from .document import Operation, Parameter
from .errors import Refused, not_found


def path_values(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
    values = {}
    for parameter in operation.parameters:
        if parameter.place == "path":
            try:
                values[parameter.name] = value_of(parameter.schema, str(given[parameter.name]))
            except ValueError:
                raise not_found() from None
    return values


def query_values(operation: Operation, given: QueryParams) -> dict[str, Any]:
    known = {parameter.name: parameter for parameter in operation.parameters if parameter.place == "query"}
    _refuse_odd(given, known)
    return {name: _given(parameter, given.get(name)) for name, parameter in known.items()}


def header_values(operation: Operation, given: Mapping[str, str]) -> dict[str, Any]:
    known = (parameter for parameter in operation.parameters if parameter.place == "header")
    return {parameter.name: _given(parameter, given.get(parameter.name)) for parameter in known}


def value_of(schema: Mapping[str, Any], text: str) -> Any:
    """The value of a text according to its schema. Raises ValueError if it does not match."""
    kind = schema["type"]
    if kind == "integer":
        if not re.fullmatch(r"-?[0-9]{1,19}", text, re.ASCII):
            raise ValueError("not an integer")
        number = int(text)
        if not schema.get("minimum", number) <= number <= schema.get("maximum", number):
            raise ValueError(f"not from {schema.get('minimum')} to {schema.get('maximum')}")
        return number
    if kind == "boolean":
        if text not in ("true", "false"):
            raise ValueError("neither true nor false")
        return text == "true"
    if "enum" in schema and text not in schema["enum"]:
        raise ValueError(f"not one of {', '.join(schema['enum'])}")
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
        raise ValueError("too short or too long")
    if "pattern" in schema and not _pattern(schema["pattern"]).fullmatch(text):
        raise ValueError(f"does not match {schema['pattern']}")
    return text


def _given(parameter: Parameter, text: str | None) -> Any:
    if text is None:
        if parameter.required:
            raise Refused(400, f"{parameter.name} is missing", "parameter")
        return parameter.schema.get("default")
    try:
        return value_of(parameter.schema, text)
    except ValueError as error:
        raise Refused(400, f"{parameter.name}: {error}", "parameter") from None


def _refuse_odd(given: QueryParams, known: Iterable[str]) -> None:
    """Raises Refused for unknown or repeated parameters: a misspelt filter must not list everything."""
    names = [name for name, _ in given.multi_items()]
    for name in names:
        if name not in known:
            raise Refused(400, f"there is no parameter {name[:60]!r}", "parameter")
        if names.count(name) > 1:
            raise Refused(400, f"{name} is given twice", "parameter")


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)

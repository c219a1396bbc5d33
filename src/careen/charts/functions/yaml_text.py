"""Functions that write and read YAML, JSON and TOML.

**Source:** Helm, "Type Conversion Functions"; the output has the form of sigs.k8s.io/yaml: keys in order, items of a list as
far left as their key.
"""

import json
import re
from typing import Any

from careen.charts.template import TemplateError
from careen.charts.template.printing import number, shown
from careen.formats.data import yaml_document

from .arguments import MAX_CHARACTERS, bounded, typed

MAX_DEPTH = 100
MAX_NODES = 200_000
_WIDTH = 1 << 30
_OTHER = re.compile(  # further texts that YAML 1.1 reads as something else
    r"[yYnN]|\d{4}-\d\d?-\d\d?(?:[Tt \t].*)?|[-+]?(?:\.(?:inf|Inf|INF)|0b[01_]+|\d[\d_]*(?::[0-5]?\d)+)|\.(?:nan|NaN|NAN)"
)


def to_yaml(value: Any) -> str:
    import yaml

    try:
        count = [MAX_NODES]
        events = [
            yaml.StreamStartEvent(), yaml.DocumentStartEvent(explicit=False),
            *_events(yaml, value, 0, count),
            yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent(),
        ]  # fmt: skip
        text: str = yaml.emit(events, Dumper=yaml.CSafeDumper, width=_WIDTH, allow_unicode=True)
    except yaml.YAMLError as error:
        raise TemplateError(f"a value cannot be written as YAML: {str(error)[:100]}") from None
    return bounded(text.removesuffix("...\n").removesuffix("\n"))


def _events(yaml: Any, value: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if depth > MAX_DEPTH or left[0] < 0:
        raise TemplateError("a value is too large for YAML")
    if isinstance(value, dict):
        yield yaml.MappingStartEvent(None, None, True, flow_style=not value)
        for key in sorted(value):
            yield _scalar(yaml, key)
            yield from _events(yaml, value[key], depth + 1, left)
        yield yaml.MappingEndEvent()
    elif isinstance(value, list):
        yield yaml.SequenceStartEvent(None, None, True, flow_style=not value)
        for item in value:
            yield from _events(yaml, item, depth + 1, left)
        yield yaml.SequenceEndEvent()
    else:
        yield _scalar(yaml, value)


def _scalar(yaml: Any, value: Any) -> Any:
    style = None
    if isinstance(value, str):
        text = value
        if "\n" in text:
            style = "|"
        elif not text or not isinstance(yaml_document.scalar(text), str) or _OTHER.fullmatch(text):
            style = '"'
    elif value is None:
        text = "null"
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e21 else number(value)
    else:
        text = shown(value)
    return yaml.ScalarEvent(None, None, (True, True), text, style=style)


def from_yaml(text: str) -> Any:
    """The first document, with plain maps and lists. Raises ValueError if the text is not YAML."""
    return _plain(next(iter(yaml_document.read(bounded(text))), None), 0)


def _plain(value: Any, depth: int) -> Any:
    """The value with all numbers as floats, as in YAML that was read by way of JSON."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _map(text: str) -> dict[str, Any]:
    """The map in a text; after an error, a map with the error's text under ``Error``, as in Helm."""
    try:
        found = from_yaml(text)
    except ValueError as error:
        return {"Error": str(error)}
    return found if isinstance(found, dict) else {} if found is None else {"Error": "not a map"}


def _list(text: str) -> list[Any]:
    try:
        found = from_yaml(text)
    except ValueError as error:
        return [str(error)]
    return found if isinstance(found, list) else [] if found is None else ["not a list"]


def _json(text: str) -> Any:
    try:
        return _plain(json.loads(bounded(text)), 0)
    except (ValueError, RecursionError):
        raise TemplateError("a text is not JSON") from None


def _json_map(text: str) -> dict[str, Any]:
    try:
        found = _json(text)
    except ValueError as error:
        return {"Error": str(error)}
    return found if isinstance(found, dict) else {"Error": "not a map"}


def _json_list(text: str) -> list[Any]:
    try:
        found = _json(text)
    except ValueError as error:
        return [str(error)]
    return found if isinstance(found, list) else ["not a list"]


def _to_json(value: Any, indent: int | None = None, escapes: bool = True) -> str:
    try:
        text = json.dumps(
            _whole(value, 0), sort_keys=True, ensure_ascii=False, indent=indent,
            separators=(",", ": ") if indent else (",", ":"), default=shown,
        )  # fmt: skip
    except (ValueError, RecursionError):
        raise TemplateError("a value cannot be written as JSON") from None
    if escapes:
        text = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return bounded(text)


def _whole(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise TemplateError("a value is nested too deeply")
    if isinstance(value, dict):
        return {key: _whole(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item, depth + 1) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e21 else value


def _to_toml(value: Any) -> str:
    """A map as TOML: tables and plain values, which is what charts write."""
    rows: list[str] = []

    def table(here: dict[str, Any], path: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise TemplateError("a value is nested too deeply")
        rows.extend(f"{_toml_key(key)} = {_to_json(here[key])}" for key in sorted(here) if not isinstance(here[key], dict))
        for key in sorted(here):
            if isinstance(here[key], dict):
                name = f"{path}.{_toml_key(key)}" if path else _toml_key(key)
                rows.append(f"\n[{name}]")
                table(here[key], name, depth + 1)

    table(value, "", 0)
    text = "\n".join(rows) + "\n"
    if len(text) > MAX_CHARACTERS:
        raise TemplateError("a text is too long")
    return text


def _toml_key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)


def _from_toml(text: str) -> dict[str, Any]:
    import tomllib

    try:
        found = _plain(tomllib.loads(bounded(text)), 0)
    except (ValueError, RecursionError) as error:
        return {"Error": str(error)}
    return found if isinstance(found, dict) else {}


FUNCTIONS = {
    "fromJson": typed("s", _json_map),
    "fromJsonArray": typed("s", _json_list),
    "fromToml": typed("s", _from_toml),
    "fromYaml": typed("s", _map),
    "fromYamlArray": typed("s", _list),
    "mustFromJson": typed("s", _json),
    "mustToJson": _to_json,
    "mustToPrettyJson": lambda value: _to_json(value, 2),
    "mustToRawJson": lambda value: _to_json(value, escapes=False),
    "mustToToml": typed("m", _to_toml),
    "mustToYaml": to_yaml,
    "toJson": _to_json,
    "toPrettyJson": lambda value: _to_json(value, 2),
    "toRawJson": lambda value: _to_json(value, escapes=False),
    "toToml": typed("m", _to_toml),
    "toYaml": to_yaml,
    "toYamlPretty": to_yaml,
}

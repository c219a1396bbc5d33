"""JSON, JSON with comments and TOML documents as plain data, and accessors that treat a value of the wrong type as empty.

A document is an object (a table) at its top. Its size is bounded, and so are constructs that make the TOML reader slow.
Raises: ValueError for other data.
**Source:** RFC 8259; TOML 1.0.
"""

import re
from typing import Any

import msgspec

from careen.safety.pattern import pattern

MAX_TOML_BYTES = 4 << 20
MAX_KEY_PARTS = 32
MAX_TOML_TABLES = 50_000
_BOM = b"\xef\xbb\xbf"
# Each alternative matches once its first character does, closed or not: the search is linear.
_JSONC = pattern(r'("(?:[^"\\\n]++|\\.)*+"?)|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?', re.DOTALL)
_LAST_COMMA = pattern(r'("(?:[^"\\\n]++|\\.)*+"?)|,(?=\s*+[}\]])', re.DOTALL)
_LONG_KEY = pattern(rf"(?<![\w.-])(?:[\w-]++\s*+\.\s*+){{{MAX_KEY_PARTS}}}")


def json_object(data: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(data.removeprefix(_BOM), type=dict[str, Any])
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except msgspec.DecodeError as error:
        raise ValueError(f"not a JSON object: {error}") from None


def jsonc_object(data: bytes) -> dict[str, Any]:
    """JSON with comments, and with commas before a closing bracket."""
    text = data.removeprefix(_BOM).decode("utf-8", "replace")
    text = _LAST_COMMA.sub(lambda match: match[1] or "", _JSONC.sub(lambda match: match[1] or " ", text))
    return json_object(text.encode())


def toml_object(data: bytes) -> dict[str, Any]:
    import tomllib

    if len(data) > MAX_TOML_BYTES:
        raise ValueError(f"TOML over {MAX_TOML_BYTES >> 20} MiB")
    text = data.removeprefix(_BOM).decode("utf-8", "replace")
    if _LONG_KEY.search(text):
        raise ValueError(f"a key of more than {MAX_KEY_PARTS} parts")
    if text.count("\n[") > MAX_TOML_TABLES:
        raise ValueError(f"more than {MAX_TOML_TABLES} tables")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def objects(value: Any, what: str) -> list[dict[str, Any]]:
    """``value`` if it is a list of objects, [] for None. Raises ValueError for anything else: its entries would
    silently be missing."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ValueError(f"its {what} are not a list of objects")
    return value


def sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""

"""The settings as data: the name of each field, the values it takes, its help."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from msgspec import Meta
from msgspec.structs import FieldInfo, fields

from .settings import Settings


@cache
def field_by_key() -> Mapping[str, FieldInfo]:
    """The settings by their keys. Cached: the parser reads them for each group, and msgspec takes longer than the parsing."""
    return {field.encode_name: field for field in fields(Settings)}


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The words that a field allows; () if it takes other values."""
    plain = plain_type(field)
    inner = get_args(plain)[0] if is_list(field) else plain
    return get_args(inner) if get_origin(inner) is Literal else ()


def description(field: FieldInfo) -> str:
    return next((part.description or "" for part in get_args(field.type) if isinstance(part, Meta)), "")


def is_switch(field: FieldInfo) -> bool:
    return plain_type(field) is bool


def is_list(field: FieldInfo) -> bool:
    return get_origin(plain_type(field)) is tuple


def plain_type(field: FieldInfo) -> Any:
    """The type without its descriptions and without ``| None``."""
    plain = field.type
    while get_origin(plain) is Annotated or type(None) in get_args(plain):
        plain = next(part for part in get_args(plain) if part is not type(None))
    return plain


def is_path(field: FieldInfo) -> bool:
    return Path in (plain_type(field), *get_args(plain_type(field)))

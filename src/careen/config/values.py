"""One value of a setting: read from the text of a flag or variable or from a file, and shown to people."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import Meta
from msgspec.structs import FieldInfo

from careen.errors import UsageError

from .fields import choices, description, is_list, is_path, is_switch, plain_type
from .settings import SECRET

# Other spellings of a word, as other scanners have them.
SAME_WORDS = {
    "misconfig": "config", "misconfiguration": "config", "vulnerability": "vuln", "license": "licence", "secrets": "secret",
    "behavior": "behaviour",
}  # fmt: skip
_ADDRESS = re.compile(r"(://)(?:[^/?#]*@)?([^?#]*)(?:[?#].*)?", re.DOTALL)  # a query may be signed
_WITH_COMMAS = ("format", "archive", "accept")  # their values may hold commas: json=FILE, an address


def shown(key: str, value: object) -> str:
    """A setting as text for people, secrets redacted: also those in an address."""
    if key in SECRET and value:
        return "(redacted)"
    if isinstance(value, tuple):
        return ", ".join(shown(key, part) for part in value)
    if isinstance(value, str):
        return _ADDRESS.sub(r"\1\2", value)
    return {None: "", True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool | None) else str(value)


def value_of(place: str, field: FieldInfo, value: Any, *, lenient: bool) -> Any:
    """The value of a field. ``lenient``: texts such as "true", "8" and "high,critical" are converted to the field's
    type.

    Raises UsageError, which begins with ``place``.
    """
    if lenient and is_list(field):
        value = parts_of(field, value)
    if lenient and is_switch(field) and isinstance(value, str):
        value = {"yes": True, "on": True, "no": False, "off": False}.get(value.lower(), value)
    if words := choices(field):
        value = [_lowered(part, words) for part in value] if isinstance(value, list) else _lowered(value, words)
    try:
        found = msgspec.convert(value, field.type, strict=not lenient, dec_hook=_decode)
    except (msgspec.ValidationError, ValueError):
        raise UsageError(f"{place}: {_why(field, value)}", f"{field.encode_name}: {description(field)}") from None
    return found


def parts_of(field: FieldInfo, value: Any) -> list[Any]:
    """The parts of a list, given as one text, or as several texts, each of which may have commas of its own."""
    is_one = isinstance(value, str | Path)
    parts = [value] if is_one else list(value)
    if isinstance(value, str) or not (is_path(field) or field.encode_name in _WITH_COMMAS):
        parts = [part.strip() if isinstance(part, str) else part for text in parts for part in _split(text)]
    return [part for part in parts if part]


def _split(text: Any) -> list[Any]:
    return text.split(",") if isinstance(text, str) else [text]


def _lowered(value: Any, words: tuple[str, ...]) -> Any:
    """The value, or the word of the field that it spells in upper case or in another way."""
    if not isinstance(value, str):
        return value
    word = value.lower()
    other = SAME_WORDS.get(word, word)
    return word if word in words else other if other in words else value


def _decode(type_: type, value: Any) -> Any:
    if type_ is Path and isinstance(value, str | Path) and str(value) and "\0" not in str(value):
        return Path(value).expanduser()
    raise ValueError("not a path")


def _why(field: FieldInfo, value: Any) -> str:
    if words := choices(field):
        wrong = next((part for part in (value if isinstance(value, list | tuple) else [value]) if part not in words), value)
        meant = nearest(str(wrong), list(words))
        return f"{wrong!r} is not one of {', '.join(words)}" + (f": did you mean {meant}?" if meant else "")
    wanted = {bool: "true or false", int: "a whole number", float: "a number", Path: "a path"}.get(plain_type(field), "text")
    return f"{value!r} is not {_title(field.type) or wanted}{_least(field.type)}"


def _title(type_: Any) -> str:
    """The form that a text must have, as its type names it."""
    parts = get_args(type_)
    own = next((part.title for part in parts if isinstance(part, Meta) and part.title), "")
    return own or next(filter(None, map(_title, parts)), "")


def _least(type_: Any) -> str:
    """The lower bound of a number, in words."""
    for part in get_args(type_):
        if isinstance(part, Meta) and (part.gt == 0 or part.ge == 1):
            return " above 0"
        if isinstance(part, Meta) and part.ge == 0:
            return " of 0 or more"
        if words := _least(part):
            return words
    return ""


def nearest(word: str, words: Iterable[str], likeness: float = 0.6) -> str | None:
    """The word that was probably meant; None if no word is similar."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(words), 1, likeness)), None)

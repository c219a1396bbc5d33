"""Divides the text of an instruction by its keyword: into words, a JSON array, pairs of name and value, or not at all.

Words keep their quotes and variables.
**Source:** Dockerfile reference ("Shell and exec form", and the forms of each instruction).
"""

import json
import re
from collections.abc import Callable

_BLANKS = re.compile(r"[\t\v\f\r ]+")
Pair = tuple[str, str, str]  # name, value, "=" or "" (old form)
Divided = tuple[tuple[str, ...], bool, tuple[Pair, ...]]  # words, whether they are a JSON array, pairs of ENV, LABEL and ARG


def divided(keyword: str, text: str, escape: str) -> Divided:
    """The parts of an instruction's text, as the instruction with this keyword divides it.

    Raises ValueError or TypeError if the text does not have the form that the instruction requires.
    """
    return _READERS.get(keyword, _whole)(text, escape)


def json_array(text: str) -> tuple[str, ...]:
    """The strings of an exec form. Raises ValueError if it is not an array, TypeError if not all its values are strings."""
    text = text.strip()
    if not text.startswith("["):
        raise ValueError("not a JSON array")
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    if not all(isinstance(word, str) for word in found):
        raise TypeError("the array must contain strings only")
    return tuple(word.encode("utf-8", "replace").decode() if not word.isascii() else word for word in found)


def words_of(text: str, escape: str = "\\") -> list[str]:
    """Splits at blanks outside quotes; words keep their quotes and escapes, an open quote ends with the text."""
    words: list[str] = []
    word: list[str] = []
    quote = ""
    started = False
    at = 0
    while at < len(text):
        char = text[at]
        if not quote and char.isspace():
            if started:
                words.append("".join(word))
            word, started = [], False
            at += 1
            continue
        started = True
        if char == escape and quote != "'":
            if at + 1 == len(text):
                break
            word.append(text[at : at + 2])
            at += 2
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        word.append(char)
        at += 1
    if started and word:
        words.append("".join(word))
    return words


def _whole(rest: str, escape: str) -> Divided:
    return ((rest,) if rest else ()), False, ()


def _blank_separated(rest: str, escape: str) -> Divided:
    return (tuple(_BLANKS.split(rest)) if rest else ()), False, ()


def _json_or_whole(rest: str, escape: str) -> Divided:
    return _json_or(rest, escape, _whole)


def _json_or_words(rest: str, escape: str) -> Divided:
    return _json_or(rest, escape, _blank_separated)


def _json_or(rest: str, escape: str, otherwise: Callable[[str, str], Divided]) -> Divided:
    try:
        return json_array(rest), True, ()
    except ValueError:
        return otherwise(rest, escape)


def _health(rest: str, escape: str) -> Divided:
    found = re.match(r"(\S+)\s*", rest)
    if not found:
        return (), False, ()
    kind, command = found[1], rest[found.end() :]
    words, is_json, _ = _json_or_whole(command, escape)
    return (kind, *words), is_json, ()


def _name_value(rest: str, escape: str) -> Divided:
    words = words_of(rest, escape)
    if not words:
        return (), False, ()
    if "=" not in words[0]:
        parts = _BLANKS.split(rest, maxsplit=1)
        if len(parts) < 2:
            raise ValueError("needs a name and a value")
        return (parts[0], parts[1], ""), False, ((parts[0], parts[1], ""),)
    pairs = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word[:60]!r} has no =: write name=value")
        pairs.append((name, value, "="))
    return tuple(text for pair in pairs for text in pair), False, tuple(pairs)


def _arguments(rest: str, escape: str) -> Divided:
    words = words_of(rest, escape)
    pairs = []
    for word in words:
        name, equals, value = word.partition("=")
        pairs.append((name, value, equals))
    return tuple(words), False, tuple(pairs)


_READERS: dict[str, Callable[[str, str], Divided]] = {
    "ADD": _json_or_words,
    "ARG": _arguments,
    "CMD": _json_or_whole,
    "COPY": _json_or_words,
    "ENTRYPOINT": _json_or_whole,
    "ENV": _name_value,
    "EXPOSE": _blank_separated,
    "FROM": _blank_separated,
    "HEALTHCHECK": _health,
    "LABEL": _name_value,
    "RUN": _json_or_whole,
    "SHELL": _json_or_whole,
    "VOLUME": _json_or_words,
}
KEYWORDS = frozenset((*_READERS, "MAINTAINER", "ONBUILD", "STOPSIGNAL", "USER", "WORKDIR"))

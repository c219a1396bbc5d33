"""The rules for secrets, loaded from ``rules/*.toml`` and prepared for searching.

Shape of a rule: a table named by its id. It has either ``token``, an expression for a token with a distinctive form, or
``near`` and ``value``: names of which one must precede the value in an assignment. A group ``secret`` marks the secret part
of a token.
Raises: ValueError if a rule is not well-formed, which is a defect of the data.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from careen.formats.data.rule_files import tables
from careen.model.advisory import Severity
from careen.model.finding import Confidence
from careen.safety.typed import converted

Bounds = Literal["word", "base64", "base64-end", "start", "end", "none"]
# Text that may not precede or follow a value. Base64 text contains any prefix without "_" sooner or later.
PRECEDES = {"word": rb"(?<![0-9A-Za-z_])", "base64": rb"(?<![\w+/.\-])", "start": rb"(?<![0-9A-Za-z_])"}
FOLLOWS = {
    "word": rb"(?![0-9A-Za-z_])",
    "base64": rb"(?![\w+/=\-])",
    "base64-end": rb"(?![\w+/=])",
    "end": rb"(?![0-9A-Za-z_])",
}
# NAME = "value", "NAME": "value", <NAME>value, NAME => 'value', setProperty("NAME", "value"), NAME ?= value, NAME("value"),
# name: NAME and value: value in the next line, key="NAME" value="value", NAME: env.NAME || "value", NAME value,
# variable "NAME" { default = "value" }, "NAME": {"value": "value"}, add_argument("--NAME", default="value") …
NAME_REST = rb"[\w \t.\-]{0,40}"
ASSIGNS = (
    rb"""['"`\])]{0,3}[ \t]{0,4}(?:(?:=>|[:?.+|]{0,3}=|:-?|,|>)[\s'"`\\]{0,12}|\([ ]?['"`]|[ \t]{1,8}["']?"""
    rb"""|,?\s{1,24}["']?value["']?[ ]?[:=][ \t]{0,3}['"]?|</[\w-]{1,16}>\s{0,24}<[\w-]{1,16}>"""
    rb"""|["'],[^\n()]{0,80}?\bdefault=["']"""
    rb"""|:[ ]?[&\w<>\[\].]{1,30}[ ]?=[ ]?['"`]|[:=][ ]?[\w.()'"\[\], -]{1,80}(?:\|\||\?\?|\bor\b|,)[ ]?['"`]"""
    rb"""|:?[ ]{0,2}\{[^{}]{0,120}\b(?:default[ ]{0,4}=|value["'][ ]?:)[ ]{0,2}['"])"""
)
AFTER_VALUE = rb"(?![\w\-=+/]|\.\w)"
_SPECIAL = ".^$*+?{}[]()|\\"
_PLAIN = re.compile(r"(?:[\w:/ -]|\\\.)+")
REACH = 16 * 1024  # maximal length of a match


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    example: str  # text with a secret, random parts as {hex32}, from which tests are made
    id: str = ""
    severity: Severity = "high"
    token: str = ""
    near: tuple[str, ...] = ()
    value: str = ""
    keywords: tuple[str, ...] = ()  # in lower case: every text that the rule matches contains one
    begins: tuple[str, ...] = ()  # in lower case: every match begins with one, whatever its case; () if that is not known
    cased: bool = False  # the names of ``near`` are case-sensitive
    spaced: bool = False  # a blank may separate name and value
    bounds: Bounds = "word"
    precedes: str = ""
    follows: str = ""
    after: str = ""  # a word shortly before the match
    names: tuple[str, ...] = ()  # only in files with these names
    suffixes: tuple[str, ...] = ()  # or with paths that end so
    entropy: float = 0.0  # minimum, in bits per character
    mixed: bool = False  # must have letters and digits
    human: bool = False  # chosen by a person: placeholders and examples do not count
    named: bool = False  # a value whose name shows that it is something else does not count
    generated: bool = False  # likely, if the name is that of a service and a generator made the value
    last: bool = False  # any other rule takes precedence; its values are long and look random
    allow: tuple[str, ...] = ()  # expressions for values that are not secrets
    block: bool = False  # its place is the whole match, with what surrounds the value
    check: str = ""  # name of a check in ``verify``
    confidence: Confidence | None = None  # of a value that nothing verifies
    pair: str = ""  # expression of the id that such a credential comes with
    paired: bool = False  # counts only beside that id
    source: str = ""  # the issuer's documentation of the form
    order: int = 0  # among overlapping matches, instead of the usual one
    harmless: tuple[str, ...] = ()  # texts without a match, for tests

    @property
    def assurance(self) -> Confidence:
        """The confidence that the form of a value alone gives. Rules of low severity are for ids and public keys."""
        return self.confidence or ("possible" if self.last or self.severity == "low" else "likely")

    @property
    def expression(self) -> bytes:
        """The expression without its surroundings."""
        if not self.near:
            return self.token.encode()
        assigns = b"(?:" + ASSIGNS + (rb"|\s)" if self.spaced else b")")
        return self._names + NAME_REST + assigns + b"(?P<secret>" + self.value.encode() + b")"

    @property
    def sketch(self) -> bytes:
        """An expression that matches wherever the complete one does, and perhaps elsewhere. It compiles fast."""
        return self._names + b".*(?:" + self.value.encode() + b")" if self.near else self.token.encode()

    @property
    def _names(self) -> bytes:
        flag = b"" if self.cased else b"i"
        return b"(?" + flag + b":" + b"|".join(name.encode() for name in self.near) + b")"

    def applies(self, path: str) -> bool:
        if not self.names and not self.suffixes:
            return True
        path = path.lower()
        name = path.rpartition("/")[2]
        return name in self.names or path.endswith(self.suffixes) or (".env" in self.names and _is_environment(name))


@cache
def load() -> tuple[Rule, ...]:
    """Every rule, in the order of the files' names and of the rules in them."""
    folder = Path(__file__).parent / "rules"
    return tuple(_rule(id, rule) for table in tables(folder, dict[str, Any]) for id, rule in table.items())


@cache
def pair_pattern(rule: Rule) -> "re.Pattern[bytes]":
    return re.compile(rule.pair.encode())


@cache
def pattern(rule: Rule) -> "re.Pattern[bytes]":
    """The complete expression, with the text that may not precede or follow it."""
    if rule.near:
        return re.compile(rule.expression + AFTER_VALUE)
    before = rule.precedes.encode() or PRECEDES.get(rule.bounds, b"")
    after = rule.follows.encode() or FOLLOWS.get(rule.bounds, b"")
    return re.compile(before + b"(?:" + rule.expression + b")" + after)


def matches(rule: Rule, text: bytes, lowered: bytes, start: int, end: int) -> Iterator["re.Match[bytes]"]:
    """The matches between ``start`` and ``end``, as ``finditer`` gives them. If their first words are known, they are found
    faster. ``lowered`` is the text in lower case."""
    if not rule.begins:
        yield from pattern(rule).finditer(text, start, end)
        return
    match_at = pattern(rule).match
    for place in sorted({place for word in rule.begins for place in _places(lowered, word.encode(), start, end)}):
        if place >= start and (match := match_at(text, place, end)):
            yield match
            start = match.end()


def _places(text: bytes, word: bytes, start: int, end: int) -> Iterator[int]:
    at = text.find(word, start, end)
    while at >= 0:
        yield at
        at = text.find(word, at + 1, end)


def _is_environment(name: str) -> bool:
    """Whether a file contains environment variables: ".env", "prod.env", ".env.production", "env.sh"."""
    return name.endswith(".env") or name.startswith(".env.") or name in ("env.sh", ".envrc", "environment")


def _spelled(name: str) -> tuple[str, ...]:
    """The spellings of a name: dd_api_key is also ddapikey, dd-api-key, dd.api.key. An expression stays as it is."""
    if "_" not in name or not name.replace("_", "").isalnum():
        return (name,)
    return tuple(name.replace("_", separator) for separator in ("", "_", "-", r"\."))


def _rule(id: str, table: dict[str, object]) -> Rule:
    try:
        rule = converted(table | {"id": id}, Rule)
    except msgspec.ValidationError as error:
        raise ValueError(f"rule {id}: {error}") from error
    if bool(rule.token) == bool(rule.near and rule.value):
        raise ValueError(f"rule {id}: it needs a token, or names and a value")
    rule = msgspec.structs.replace(rule, near=tuple(name for near in rule.near for name in _spelled(near)))
    if rule.paired and not rule.pair:
        raise ValueError(f"rule {id}: paired needs pair, the expression of the id beside the secret")
    if not rule.keywords and rule.near:
        rule = msgspec.structs.replace(rule, keywords=tuple(map(_plain, rule.near)))
        if all(_PLAIN.fullmatch(name) for name in rule.near):
            rule = msgspec.structs.replace(rule, begins=rule.keywords)
    elif rule.token and not rule.begins and all(_begins(rule.token, word) for word in rule.keywords):
        rule = msgspec.structs.replace(rule, begins=rule.keywords)
    return rule


def _plain(name: str) -> str:
    return name.replace("\\", "").lower()


def _begins(token: str, word: str) -> bool:
    """Whether the expression plainly begins with the word."""
    start = "".join(f"\\{character}" if character in _SPECIAL else character for character in word)
    rest = token.lower().removeprefix("\\b")
    return "|" not in token and rest.startswith(start) and not rest.startswith(("?", "*", "+", "{"), len(start))

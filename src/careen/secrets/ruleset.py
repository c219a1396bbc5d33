"""The rules by which secrets are known, read from ``rules/*.toml`` and made ready to search with.

Shape of a rule: a table named by its id. Either ``token``, an expression for what is recognized by itself, or ``near``
and ``value``: names of which one must stand in an assignment before the value. A group ``secret`` narrows a token to
its secret part.
Raises: ValueError where a rule is not well formed; that is a defect of the data.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from careen.formats.data.rule_files import tables
from careen.model.advisory import Severity
from careen.safety.typed import converted

Bounds = Literal["word", "base64", "base64-end", "start", "end", "none"]
# What may not stand before and after a value. Base64 text holds the prefix of any token without "_" sooner or later.
PRECEDES = {"word": rb"(?<![0-9A-Za-z_])", "base64": rb"(?<![\w+/.\-])", "start": rb"(?<![0-9A-Za-z_])"}
FOLLOWS = {
    "word": rb"(?![0-9A-Za-z_])",
    "base64": rb"(?![\w+/=\-])",
    "base64-end": rb"(?![\w+/=])",
    "end": rb"(?![0-9A-Za-z_])",
}
# NAME = "value", "NAME": "value", <NAME>value, NAME => 'value', setProperty("NAME", "value"), NAME ?= value …
NAME_REST = rb"[\w \t.\-]{0,40}"
ASSIGNS = rb"""['"`\])]{0,3}[ \t]{0,4}(?:=>|[:?.+|]{0,3}=|:|,|>)[\s'"`\\]{0,12}"""
AFTER_VALUE = rb"(?![\w\-=+/]|\.\w)"
REACH = 16 * 1024  # no match is longer


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    example: str  # of a secret in its place, random parts as {hex32}: tests are made from it
    id: str = ""
    severity: Severity = "high"
    token: str = ""
    near: tuple[str, ...] = ()
    value: str = ""
    keywords: tuple[str, ...] = ()  # in lower case: one of them is in every text that the rule applies to
    cased: bool = False  # the names of ``near`` are meant as they are written
    spaced: bool = False  # a blank between name and value will do
    bounds: Bounds = "word"
    precedes: str = ""
    follows: str = ""
    after: str = ""  # a word that stands somewhere before, not far
    names: tuple[str, ...] = ()  # only in files of these names
    suffixes: tuple[str, ...] = ()  # or with these ends
    entropy: float = 0.0  # bits a character, at least
    mixed: bool = False  # letters and digits, both
    human: bool = False  # chosen by a person: placeholders and examples are no secrets
    last: bool = False  # of what another rule finds too, that one is told; its values are long and look random
    allow: tuple[str, ...] = ()  # values that are none
    check: str = ""  # a function of ``verify``
    harmless: tuple[str, ...] = ()  # texts in which the rule must find nothing

    @property
    def expression(self) -> bytes:
        """Without what stands around it: what a prefilter can look for."""
        if not self.near:
            return self.token.encode()
        names = b"|".join(name.encode() for name in self.near)
        flag = b"" if self.cased else b"i"
        assigns = b"(?:" + ASSIGNS + rb"|\s)" if self.spaced else ASSIGNS
        return b"(?" + flag + b":" + names + b")" + NAME_REST + assigns + b"(?P<secret>" + self.value.encode() + b")"

    def applies(self, path: str) -> bool:
        if not self.names and not self.suffixes:
            return True
        name = path.rpartition("/")[2].lower()
        return name in self.names or name.endswith(self.suffixes) or (".env" in self.names and _is_environment(name))


@cache
def load() -> tuple[Rule, ...]:
    """Every rule, in the order of the files' names and of the rules in them."""
    folder = Path(__file__).parent / "rules"
    return tuple(_rule(id, rule) for table in tables(folder, dict[str, Any]) for id, rule in table.items())


@cache
def pattern(rule: Rule) -> "re.Pattern[bytes]":
    """The rule's whole expression, with what may not stand before and after it."""
    if rule.near:
        return re.compile(rule.expression + AFTER_VALUE)
    before = rule.precedes.encode() or PRECEDES.get(rule.bounds, b"")
    after = rule.follows.encode() or FOLLOWS.get(rule.bounds, b"")
    return re.compile(before + b"(?:" + rule.expression + b")" + after)


def _is_environment(name: str) -> bool:
    """ ".env", "prod.env", ".env.production", "env.sh"."""
    return name.endswith(".env") or name.startswith(".env.") or name in ("env.sh", ".envrc", "environment")


def _rule(id: str, table: dict[str, object]) -> Rule:
    try:
        rule = converted(table | {"id": id}, Rule)
    except msgspec.ValidationError as error:
        raise ValueError(f"rule {id}: {error}") from error
    if bool(rule.token) == bool(rule.near and rule.value):
        raise ValueError(f"rule {id}: it needs a token, or names and a value")
    if not rule.keywords and rule.near:
        rule = msgspec.structs.replace(rule, keywords=tuple(name.lower() for name in rule.near))
    return rule

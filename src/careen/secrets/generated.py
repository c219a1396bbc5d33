"""Whether an assignment gives a named service a value that a generator made: ``ACME_API_KEY=Zf3D0LXCM3EIMbgJpUNnkRtO``.

The name ends with a term for a credential, and has a word of its own before it (``acme``). The value is long, and its letters
and digits alternate as words, names and numbers do not. Its length is one that its alphabet allows. If a rule knows values
beside the name of this issuer, or with this prefix, a value that is nearly one of them is none: it is cut, or has a tail.
"""

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from careen.safety.pattern import pattern

from .ruleset import Rule, load

SHORTEST, SHORTEST_HEX = 20, 32
SHORTEST_MIXED = 16  # with capitals, small letters and digits
SHORT_PREFIX = 3
SHORT_NAME = 5  # characters of an issuer's name that other words contain by chance
LEAST_CHANGES = 0.3  # between capitals, small letters and digits; random base 36 has 0.4, hexadecimal 0.47
LEAST_CHANGES_OF_SHORT = 0.45  # random base 62 has 0.62
MOST_OF_ONE = 0.25  # of one character
LEAST_PART, LONGEST_TAIL = 0.7, 30  # of a form that is cut, or longer
GROUP = 4  # characters of base64 for three bytes, or hexadecimal digits for two
_NAME = pattern(rb"(?i)[a-z][\w.-]{2,80}(?=[^\w.-]|\Z)")
_WORD = pattern(r"[A-Z]?[a-z]+[0-9]*|[A-Z]+(?![a-z])[0-9]*|[0-9]+")
_VALUE = pattern(rb"[0-9A-Za-z][\w+/.:~=-]*")
_UUID = pattern(rb"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RANDOM_UUID = pattern(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")  # RFC 9562: version 4
_HEX = pattern(rb"[0-9a-f]+|[0-9A-F]+")
_OF_BASE64 = pattern(rb"[+/]")
_TESTS = pattern(
    r"(?i)(?:^|[/._-])(?:tests?|testing|testdata|specs?|fixtures?|mocks?|docs?|demos?|i18n|locales?|lang)(?:[/._-])"
)
_ENDS = frozenset(("key", "apikey", "secretkey", "accesskey", "token", "secret", "password", "passwd", "pat", "seed"))
_KEYS = frozenset(
    (
        *("access", "account", "admin", "api", "app", "application", "auth", "client", "deploy", "encryption", "license"),
        *("licence", "management", "master", "private", "secret", "server", "service", "signing", "write"),
    )
)
_OF_NO_SERVICE = _ENDS.union(
    _KEYS,
    ("authorization", "bearer", "bot", "config", "consumer", "credential", "credentials", "database", "db", "default"),
    ("dev", "development", "env", "http", "https", "id", "initial", "keys", "live", "my", "new", "oauth", "old", "personal"),
    ("prod", "production", "project", "refresh", "rest", "root", "session", "shared", "staging", "the", "tokens", "user"),
    ("username", "v", "value", "web", "x", ""),
)
_NO_CREDENTIAL = frozenset(
    (
        *("cache", "checksum", "continuation", "csrf", "cursor", "digest", "dummy", "etag", "example", "fake", "fingerprint"),
        *("foreign", "hash", "idempotency", "md5", "mock", "next", "page", "partition", "primary", "pub", "public"),
        *("publishable", "sample", "sha", "sha1", "sha256", "site", "sort", "test", "tests", "xsrf", "your"),
    )
)

_NO_ISSUER = pattern("(?:" + "|".join(sorted(_OF_NO_SERVICE)) + ")*")


def is_generated(assignment: bytes, value: bytes, path: str) -> bool:
    """``assignment`` is the text up to the value."""
    name = _name(assignment)
    return (
        bool(name)
        and _names_service(name)
        and _is_random(name, value)
        and not _TESTS.search(path)
        and not _is_known(name, value)
    )


def is_of_another(assignment: bytes, value: bytes) -> bool:
    """Whether the name is that of an issuer whose keys have another form. A password has no form."""
    name = _name(assignment)
    return bool(name) and not _words(name)[-1].startswith("pass") and _names_service(name) and _is_known(name, value)


def _name(assignment: bytes) -> bytes:
    return next((name for name in reversed(_NAME.findall(assignment)) if _ends_as_credential(_words(name))), b"")


def _ends_as_credential(words: list[str]) -> bool:
    """An element of XML may have the name "key" alone."""
    return words[-1:] != [] and words[-1] in _ENDS and words != ["key"]


def _names_service(name: bytes) -> bool:
    words = _words(name)
    if words[-1] == "key" and not (len(words) > 1 and words[-2] in _KEYS):
        return False
    return not _NO_CREDENTIAL.intersection(words) and any(map(_is_service, words))


def _is_service(word: str) -> bool:
    """A version behind a word changes nothing: "oauth2"."""
    return len(word) > 1 and word.rstrip("0123456789") not in _OF_NO_SERVICE


def _is_random(name: bytes, value: bytes) -> bool:
    if len(value) < SHORTEST_MIXED or not _VALUE.fullmatch(value):
        return False
    if _UUID.fullmatch(value):
        return _RANDOM_UUID.fullmatch(value) is not None and not _words(name)[-1].startswith("pass")
    if _HEX.fullmatch(value) and (len(value) < SHORTEST_HEX or _words(name)[-1].startswith("passw")):
        return False  # the hash of a password
    if not _is_complete(value):
        return False
    classes = [_class(byte) for byte in value]
    changes = sum(before != after for before, after in pairwise(classes))
    if len(value) < SHORTEST and (not {1, 2, 3}.issubset(classes) or changes < LEAST_CHANGES_OF_SHORT * len(value)):
        return False
    return changes >= LEAST_CHANGES * len(value) and max(map(value.count, set(value))) <= MOST_OF_ONE * len(value)


def _is_complete(value: bytes) -> bool:
    """Whether the length of a value is one that encoded bytes have."""
    if _HEX.fullmatch(value):
        return len(value) % GROUP == 0
    if b"=" in value:
        return len(value) % GROUP == 0 and b"=" not in value.rstrip(b"=")
    return not _OF_BASE64.search(value) or len(value) % GROUP != 1


def _class(byte: int) -> int:
    character = chr(byte)
    return 1 if character.isdigit() else 2 if character.isupper() else 3 if character.islower() else 4


def _is_known(name: bytes, value: bytes) -> bool:
    words, plain, lowered = _words(name), _plain(name.decode("ascii", "replace")), value.lower()
    known = _known()

    def is_named(issuer: str) -> bool:
        return issuer in (plain if len(issuer) > SHORT_NAME else words)

    return (
        any(map(is_named, known.issuers))
        or any(is_named(issuer) and any(_is_like(form, value) for form in forms) for issuer, forms in known.forms.items())
        or any(prefix in lowered for prefix in known.prefixes)
        or lowered.startswith(known.beginnings)
    )


def _is_like(form: "re.Pattern[bytes]", value: bytes) -> bool:
    """Whether a value has the letters of a form and nearly its length: cut, or with a tail."""
    found = form.match(value + value)
    return found is not None and LEAST_PART * found.end() <= len(value) <= found.end() + LONGEST_TAIL


class _Known(NamedTuple):
    """``issuers`` give values that short prefixes distinguish, those of ``forms`` values that only their names do; ``prefixes``
    are anywhere in a value, ``beginnings``, which other values have within them by chance, at its start."""

    issuers: frozenset[str]
    forms: Mapping[str, tuple["re.Pattern[bytes]", ...]]
    prefixes: frozenset[bytes]
    beginnings: tuple[bytes, ...]


@cache
def _known() -> _Known:
    """What the rules know. The id of a rule begins with the name of the issuer."""
    rules = [rule for rule in load() if not (rule.generated or rule.paired)]
    prefixes = {word.encode() for rule in rules if rule.token for word in rule.keywords}
    forms: dict[str, list[re.Pattern[bytes]]] = {}
    for rule in rules:
        for name in _issuers(rule) if rule.near else ():
            forms.setdefault(name, []).append(re.compile(rule.value.encode()))
    return _Known(
        frozenset(
            name
            for rule in rules
            if rule.token and min(map(len, rule.begins), default=0) <= SHORT_PREFIX
            for name in _issuers(rule)
        ),
        {name: tuple(of_name) for name, of_name in forms.items()},
        frozenset(word for word in prefixes if len(word) > SHORT_PREFIX),
        tuple(sorted(word for word in prefixes if 2 <= len(word) <= SHORT_PREFIX)),
    )


def _issuers(rule: Rule) -> set[str]:
    names = {_plain(word) for word in (rule.id.partition("-")[0], *(rule.keywords if rule.near else ()))}
    return {name for name in names if len(name) > 2 and not _NO_ISSUER.fullmatch(name)}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _words(name: bytes) -> list[str]:
    return [word.lower() for word in _WORD.findall(name.decode("ascii", "replace"))]

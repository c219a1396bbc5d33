"""Composer (Packagist) versions and constraints.

A version is converted to Composer's normal form (four numbers, then ``-RC1``, ``-patch3``, ``-dev``) and ordered as PHP's
``version_compare``: dev, alpha, beta, RC, release, patch. Branches (``dev-main``) sort above every number, as Composer 1
treated its default branch as 9999999; no range of numbers contains them, as in ``composer audit``.
Text without a normal form ("1.2.3.#") is compared as PHP does. "1.0" equals "1.0.0", unlike in PHP itself.
Raises: ValueError for text without a digit, or a constraint of another shape.
**Source:** composer/semver 3, VersionParser and Constraint; PHP, ext/standard/versioning.c.
"""

import re
from typing import NamedTuple

from careen.formats.version_text.text import COMPARE, bounded, clean, refused
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

# Possessive, or a long run of digits could be split in exponentially many ways.
_MODIFIER = r"[._-]?(?:(?P<word>stable|beta|b|rc|alpha|a|patch|pl|p)(?P<count>(?:[.-]?[0-9]++)*+)?)?(?P<dev>[.-]?dev)?"
_CLASSIC = pattern(r"v?(?P<numbers>[0-9]{1,5}(?:\.[0-9]+){0,3})" + _MODIFIER, re.I)
_DATE = pattern(r"v?(?P<numbers>[0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3}){0,2})" + _MODIFIER, re.I)
_BRANCH = pattern(r"v?(?P<numbers>[0-9]+(?:\.(?:[0-9]+|[x*])){0,3})[.-]?dev", re.I)
_ALIAS = pattern(r"([^,\s]+) +as +[^,\s]+")
_STABILITY = pattern(r"(.*)@(stable|rc|beta|alpha|dev)", re.I)
_RUN = pattern(r"[0-9]+|[a-z]+", re.I)
_SPLIT = pattern(r"[^0-9]+")
_WORDS = {"b": "beta", "a": "alpha", "p": "patch", "pl": "patch", "rc": "RC", "stable": ""}
_BRANCH_NUMBER = 9_999_999

_UNKNOWN, _DEV, _ALPHA, _BETA, _RC, _END, _NUMBER, _PATCH, _NAMED = range(9)
_FORMS = (("dev", _DEV), ("alpha", _ALPHA), ("a", _ALPHA), ("beta", _BETA), ("b", _BETA), ("rc", _RC), ("p", _PATCH))

_TERM = pattern(
    r"(?P<operator>\^|~|<>|!=|>=?|<=?|==?)? *(?P<text>[^\s,|<>=!^~]\S*?)(?:@(?:stable|rc|beta|alpha|dev))?(?:[ ,]+|$)", re.I
)
_PARTIAL = pattern(r"v?(?P<numbers>[0-9]+(?:\.[0-9]+)*)(?P<any>(?:\.[x*])*)(?P<rest>.*)", re.I)
_HYPHEN = pattern(r"(?P<low>[^\s,|]+) +- +(?P<high>[^\s,|]+)")
_ANY = pattern(r"v?[x*](?:\.[x*])*", re.I)

Key = tuple[int | str, ...]


class _Bound(NamedTuple):
    operator: str
    key: Key


def key(text: str) -> Key:
    text = normalized(text)
    if text.startswith("dev-"):
        return (_NAMED, text)
    parts: list[int | str] = []
    for run in _RUN.findall(text):
        if run[0] in "0123456789":
            parts += (_NUMBER, int(run))
        else:
            parts.append(next((rank for form, rank in _FORMS if run.lower().startswith(form)), _UNKNOWN))
    return (*parts, _END)


def normalized(text: str) -> str:
    """A version in Composer's normal form: "1.0rc1" is "1.0.0.0-RC1"."""
    text = clean(text)
    if found := _ALIAS.fullmatch(text):
        text = found[1]
    if found := _STABILITY.fullmatch(text):
        text = found[1]
    if text in ("master", "trunk", "default"):
        text = f"dev-{text}"
    if text[:4].lower() == "dev-":
        return f"dev-{text[4:]}"
    text = text.partition("+")[0]
    if found := _CLASSIC.fullmatch(text):
        return ".".join([*found["numbers"].split("."), "0", "0", "0"][:4]) + _modifier(found)
    if found := _DATE.fullmatch(text):
        return _SPLIT.sub(".", found["numbers"]) + _modifier(found)
    if found := _BRANCH.fullmatch(text):
        numbers = [part if part.isdigit() else str(_BRANCH_NUMBER) for part in found["numbers"].split(".")]
        return ".".join([*numbers, *[str(_BRANCH_NUMBER)] * 3][:4]) + "-dev"
    return _as_php(text)


def _modifier(found: re.Match[str]) -> str:
    word = (found["word"] or "").lower()
    text = ""
    if word and word != "stable":
        text = f"-{_WORDS.get(word, word)}{(found['count'] or '').lstrip('.-')}"
    return text + ("-dev" if found["dev"] and word != "stable" else "")


def _as_php(text: str) -> str:
    runs = _RUN.findall(text.removeprefix("v").removeprefix("V"))
    numbers = 0
    while numbers < len(runs) and runs[numbers].isdigit():
        numbers += 1
    if not numbers:
        raise refused(text, "composer")
    return ".".join(runs[:numbers] + ["0"] * (4 - numbers) + runs[numbers:])


def satisfies(version: str, constraint: str) -> bool:
    place = key(version)
    sets = [_bounds(" ".join(part.split())) for part in re.split(r"\|\|?", bounded(constraint))]
    return any(all(_admits(bound, place) for bound in wanted) for wanted in sets)


def _admits(bound: _Bound, place: Key) -> bool:
    """Whether a version meets a bound. A branch is equal or unequal to a version, never above or below."""
    if (place[0] == _NAMED or bound.key[0] == _NAMED) and bound.operator not in ("=", "==", "!=", "<>"):
        return False
    return COMPARE[bound.operator](place, bound.key)


def _bounds(text: str) -> list[_Bound]:
    if not text:
        raise ValueError("a composer constraint, or one of its alternatives, is empty")
    if found := _HYPHEN.fullmatch(text):
        return _hyphen(found["low"], found["high"])
    if found := _ALIAS.fullmatch(text):
        text = found[1]
    wanted: list[_Bound] = []
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None:
            raise ValueError(f"not a composer constraint: {text[:80]!r}")
        wanted += _term(match["operator"] or "", match["text"])
        at = match.end()
    return wanted


def _term(operator: str, text: str) -> list[_Bound]:
    if text[:4].lower() == "dev-":
        return [_Bound(operator or "=", key(text.partition("#")[0]))]
    if _ANY.fullmatch(text):
        return []
    found = _PARTIAL.fullmatch(text)
    if found is None:
        raise ValueError(f"not a composer version: {text[:80]!r}")
    numbers = [int(number) for number in found["numbers"].split(".")]
    if operator == "~":  # all numbers but the last are fixed
        return _between(text, numbers[: max(1, len(numbers) - 1)] if not found["any"] else numbers)
    if operator == "^":  # numbers up to the first that is not zero are fixed
        return _between(text, numbers[: next((i for i, n in enumerate(numbers[:3]) if n), min(len(numbers), 3) - 1) + 1])
    if found["any"] and not found["rest"]:
        if operator not in ("", "=", "=="):
            raise ValueError(f"not a composer constraint: {operator}{text[:80]!r}")
        return _between(found["numbers"], numbers)
    if operator in ("<", ">="):
        return [_Bound(operator, _lower_key(text))]
    return [_Bound(operator or "=", key(text.partition("#")[0]))]


def _between(low: str, fixed: list[int]) -> list[_Bound]:
    return [_Bound(">=", _lower_key(low)), _Bound("<", _lower_key(_next(fixed)))]


def _next(numbers: list[int]) -> str:
    return ".".join(map(str, [*numbers[:-1], numbers[-1] + 1]))


def _lower_key(text: str) -> Key:
    """The key of a version's first pre-release, unless the text is a pre-release itself."""
    found = _CLASSIC.fullmatch(text.partition("+")[0])
    return key(f"{found['numbers']}-dev" if found and not found["word"] and not found["dev"] else text)


def _hyphen(low: str, high: str) -> list[_Bound]:
    """The bounds of ``1.0 - 2.0``: a partial upper end includes every version that begins with it."""
    found = _CLASSIC.fullmatch(high.partition("+")[0])
    if found and not found["word"] and not found["dev"] and found["numbers"].count(".") < 2:
        numbers = [int(number) for number in found["numbers"].split(".")]
        return [_Bound(">=", _lower_key(low)), _Bound("<", _lower_key(_next(numbers)))]
    return [_Bound(">=", _lower_key(low)), _Bound("<=", key(high))]


VERSION_SCHEME = VersionScheme(name="composer", key=key, satisfies=satisfies)

"""Functions of regular expressions. Those of Go (RE2) are read by Python's ``re``, whose time the process that renders bounds.

**Source:** RE2, "Syntax".
"""

import re
from collections.abc import Callable
from functools import lru_cache

from careen.charts.template import TemplateError

from .arguments import bounded, typed

_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": r"\x00-\x7F", "blank": r"\t ", "cntrl": r"\x00-\x1F\x7F", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~", "space": r"\t\n\v\f\r ", "upper": "A-Z",
    "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_CLASS = re.compile(r"\[:(\w+):\]")
_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\w+)|\$)")
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


@lru_cache(maxsize=256)
def _compiled(expression: str) -> re.Pattern[str]:
    text = _CLASS.sub(lambda match: _POSIX.get(match[1], match[0]), expression).replace(r"\z", r"\Z").replace("(?P>", "(?P<")
    try:
        return re.compile(text, re.ASCII)
    except (re.error, OverflowError, RecursionError):
        raise TemplateError(f"{expression[:60]!r} is not a regular expression") from None


def _find_all(expression: str, text: str, count: int) -> list[str]:
    found = [match[0] for match in _compiled(expression).finditer(text)]
    return found if count < 0 else found[:count]


def _find(expression: str, text: str) -> str:
    match = _compiled(expression).search(text)
    return match[0] if match else ""


def _replace_all(expression: str, text: str, replacement: str) -> str:
    def expanded(match: re.Match[str]) -> str:
        def group(reference: re.Match[str]) -> str:
            name = reference[1] or reference[2]
            if name is None:
                return "$"
            try:
                return match[int(name) if name.isdigit() else name] or ""
            except (IndexError, KeyError):
                return ""

        return _REFERENCE.sub(group, replacement)

    return bounded(_compiled(expression).sub(expanded, text))


def _split(expression: str, text: str, count: int) -> list[str]:
    if count == 0:
        return []
    pieces: list[str] = []
    at = 0
    for match in _compiled(expression).finditer(text):
        if 0 < count <= len(pieces) + 1:
            break
        if match.end() == 0:
            continue
        pieces.append(text[at : match.start()])
        at = match.end()
    return [*pieces, text[at:]]


_PLAIN: dict[str, Callable[..., object]] = {
    "regexFind": typed("ss", _find),
    "regexFindAll": typed("ssi", _find_all),
    "regexMatch": typed("ss", lambda expression, text: bool(_compiled(expression).search(text))),
    "regexReplaceAll": typed("sss", _replace_all),
    "regexReplaceAllLiteral": typed(
        "sss", lambda expression, text, new: bounded(_compiled(expression).sub(lambda _: new, text))
    ),
    "regexSplit": typed("ssi", _split),
}

FUNCTIONS = {
    **_PLAIN,
    **{f"must{name[0].upper()}{name[1:]}": function for name, function in _PLAIN.items()},
    "regexQuoteMeta": typed("s", lambda text: _SPECIAL.sub(r"\\\1", text)),
}

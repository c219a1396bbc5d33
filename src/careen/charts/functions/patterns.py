"""Functions of regular expressions. Those of Go (RE2) are read by Python's ``re``, whose time the process that renders bounds.

**Source:** RE2, "Syntax".
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from careen.charts.template import TemplateError

from .arguments import MAX_CHARACTERS, bounded, typed

_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": r"\x00-\x7F", "blank": r"\t ", "cntrl": r"\x00-\x1F\x7F", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~", "space": r"\t\n\v\f\r ", "upper": "A-Z",
    "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_CLASS = re.compile(r"\[:(\w+):\]")
_ESCAPED = re.compile(r"\\[^1-9]|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_OTHER = re.compile(r"\(\?(?:<?[=!]|>|\(|P[=>]|#)|\\[1-9]|[*+?}]\+")  # what Python has and RE2 does not
_NAMED = re.compile(r"\(\?<(?![=!])")
_END = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|\$", re.DOTALL)  # Python's also matches before a last line break
_MULTILINE = re.compile(r"\(\?[a-zA-Z]*m")
_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\w+)|\$)")
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


@lru_cache(maxsize=256)
def _compiled(expression: str) -> re.Pattern[str]:
    if _is_refused(expression):
        raise TemplateError(f"{expression[:60]!r} is not a regular expression of RE2")
    text = _CLASS.sub(lambda match: _POSIX.get(match[1], match[0]), expression).replace(r"\z", r"\Z")
    text = _NAMED.sub("(?P<", text)
    if not _MULTILINE.search(text):
        text = _END.sub(lambda match: match[0] if match[1] else r"\Z", text)
    try:
        return re.compile(text, re.ASCII)
    except (re.error, OverflowError, RecursionError):
        raise TemplateError(f"{expression[:60]!r} is not a regular expression") from None


def _matches(expression: str, text: str) -> Iterator[re.Match[str]]:
    """The matches of an expression. An empty match at the end of another match is left out, as in Go."""
    end = -1
    for match in _compiled(expression).finditer(text):
        if match[0] or match.start() != end:
            yield match
        end = match.end()


def _is_match(expression: str, text: str) -> bool:
    """Whether the expression matches; false for an expression that RE2 does not support, as in Sprig."""
    return not _is_refused(expression) and _must_match(expression, text)


def _must_match(expression: str, text: str) -> bool:
    return bool(_compiled(expression).search(text))


def _is_refused(expression: str) -> bool:
    return _OTHER.search(_ESCAPED.sub("", expression)) is not None


def _find_all(expression: str, text: str, count: int) -> list[str]:
    found = [match[0] for match in _matches(expression, text)]
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

    return _replaced(expression, text, expanded)


def _replaced(expression: str, text: str, new: Callable[[re.Match[str]], str]) -> str:
    pieces: list[str] = []
    at = size = 0
    for match in _matches(expression, text):
        pieces += (text[at : match.start()], new(match))
        size += len(pieces[-1])
        if size > MAX_CHARACTERS:
            raise TemplateError("a text is too long")
        at = match.end()
    return bounded("".join((*pieces, text[at:])))


def _split(expression: str, text: str, count: int) -> list[str]:
    if count == 0:
        return []
    pieces: list[str] = []
    at = end = 0
    for match in _matches(expression, text):
        if 0 < count <= len(pieces) + 1:
            break
        end = match.start()
        if match.end():
            pieces.append(text[at:end])
        at = match.end()
    return pieces if pieces and end == len(text) else [*pieces, text[at:]]


_PLAIN: dict[str, Callable[..., object]] = {
    "regexFind": typed("ss", _find),
    "regexFindAll": typed("ssi", _find_all),
    "regexMatch": typed("ss", _must_match),
    "regexReplaceAll": typed("sss", _replace_all),
    "regexReplaceAllLiteral": typed("sss", lambda expression, text, new: _replaced(expression, text, lambda _: new)),
    "regexSplit": typed("ssi", _split),
}

FUNCTIONS = {
    **_PLAIN,
    **{f"must{name[0].upper()}{name[1:]}": function for name, function in _PLAIN.items()},
    "regexMatch": typed("ss", _is_match),
    "regexQuoteMeta": typed("s", lambda text: _SPECIAL.sub(r"\\\1", text)),
}

"""Functions of text."""

import re
import textwrap
from typing import Any

from careen.charts.template import TemplateError
from careen.charts.template.lex import quoted

from .arguments import as_text, bounded, few, typed

_SPACE = re.compile(r"\s+")


def _trunc(length: int, text: str) -> str:
    """The first ``length`` bytes of the text; its last ones if the length is negative."""
    data = text.encode("utf-8", "surrogatepass")
    if length < 0:
        return data[length:].decode("utf-8", "replace") if len(data) > -length else text
    return data[:length].decode("utf-8", "replace") if length < len(data) else text


def _substr(start: int, end: int, text: str) -> str:
    if start < 0:
        return text[:end]
    return text[start:] if end < 0 or end > len(text) else text[start:end]


def _indent(width: int, text: str) -> str:
    pad = " " * few(max(width, 0))
    bounded(pad * (text.count("\n") + 1))
    return pad + text.replace("\n", "\n" + pad)


def _repeat(count: int, text: str) -> str:
    if count * len(text) > 4 << 20:
        raise TemplateError("a text is too long")
    return text * count


def _replace(old: str, new: str, text: str) -> str:
    if len(new) * (text.count(old) + 1) > 8 << 20:
        raise TemplateError("a text is too long")
    return text.replace(old, new)


def _abbrev(width: int, text: str) -> str:
    return text if width < 4 or len(text) <= width else text[: width - 3] + "..."


def _abbrevboth(offset: int, width: int, text: str) -> str:
    if width < 4 or (offset > 0 and width < 7) or len(text) <= width:
        return text
    offset = min(offset, len(text))
    if len(text) - offset < width - 3:
        offset = len(text) - (width - 3)
    if offset <= 4:
        return text[: width - 3] + "..."
    if offset + width - 3 < len(text):
        return "..." + _abbrev(width - 3, text[offset:])
    return "..." + text[len(text) - (width - 3) :]


def _snakecase(text: str) -> str:
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", text)
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    return re.sub(r"[\s\-.]+", "_", text).lower()


def _camelcase(text: str) -> str:
    parts = re.split(r"([\s_\-.]+)", text)
    return "".join(part[:1].upper() + part[1:] if number % 2 == 0 else "" for number, part in enumerate(parts))


def _plural(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def _split(separator: str, text: str, limit: int = -1) -> dict[str, str]:
    parts = _pieces(separator, text) if limit < 0 else text.split(separator, max(limit - 1, 0))
    return {f"_{number}": part for number, part in enumerate(parts)}


def _pieces(separator: str, text: str) -> list[str]:
    few(text.count(separator) if separator else len(text))
    return text.split(separator) if separator else list(text)


def _wrap(width: int, text: str, separator: str = "\n") -> str:
    if width < 1:
        width = 1
    return separator.join(textwrap.wrap(text, min(width, 10_000), break_long_words=separator != "\n", break_on_hyphens=False))


def _quote(*values: Any) -> str:
    return " ".join(quoted(as_text(value)) for value in values if value is not None)


def _squote(*values: Any) -> str:
    return " ".join(f"'{as_text(value)}'" for value in values if value is not None)


FUNCTIONS = {
    "abbrev": typed("is", _abbrev),
    "abbrevboth": typed("iis", _abbrevboth),
    "camelcase": typed("s", _camelcase),
    "cat": lambda *values: " ".join(as_text(value) for value in values if value is not None),
    "contains": typed("ss", lambda part, text: part in text),
    "hasPrefix": typed("ss", lambda part, text: text.startswith(part)),
    "hasSuffix": typed("ss", lambda part, text: text.endswith(part)),
    "indent": typed("is", _indent),
    "initials": typed("s", lambda text: "".join(word[0] for word in text.split())),
    "kebabcase": typed("s", lambda text: _snakecase(text).replace("_", "-")),
    "lower": typed("s", str.lower),
    "nindent": typed("is", lambda width, text: "\n" + _indent(width, text)),
    "nospace": typed("s", lambda text: _SPACE.sub("", text)),
    "plural": typed("ssi", _plural),
    "quote": _quote,
    "repeat": typed("is", _repeat),
    "replace": typed("sss", _replace),
    "snakecase": typed("s", _snakecase),
    "split": typed("ss", _split),
    "splitList": typed("ss", _pieces),
    "splitn": typed("sis", lambda separator, limit, text: _split(separator, text, limit)),
    "squote": _squote,
    "substr": typed("iis", _substr),
    "swapcase": typed("s", str.swapcase),
    "title": typed("s", lambda text: re.sub(r"(?<!\w)[^\W\d_]", lambda match: match[0].upper(), text)),
    "toString": as_text,
    "toStrings": lambda values: (
        [as_text(value) for value in values if value is not None] if isinstance(values, list) else [as_text(values)]
    ),
    "trim": typed("s", str.strip),
    "trimAll": typed("ss", lambda cutset, text: text.strip(cutset) if cutset else text),
    "trimPrefix": typed("ss", lambda part, text: text.removeprefix(part)),
    "trimSuffix": typed("ss", lambda part, text: text.removesuffix(part)),
    "trimall": typed("ss", lambda cutset, text: text.strip(cutset) if cutset else text),
    "trunc": typed("is", _trunc),
    "untitle": typed("s", lambda text: re.sub(r"(?<!\S)\S", lambda match: match[0].lower(), text)),
    "upper": typed("s", str.upper),
    "wrap": typed("is", _wrap),
    "wrapWith": typed("iss", lambda width, separator, text: _wrap(width, text, separator)),
}

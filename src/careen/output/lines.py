"""Lines of text for people: plurals, and prose broken or shortened to a width."""

import re
from collections.abc import Iterator, Sequence

from .escape import columns, shorten


def plural(count: int, word: str) -> str:
    many = word.removesuffix("y") + "ies" if word.endswith("ty") else word + "s"
    return f"{count:,} {word if count == 1 else many}"


def joined(*parts: str) -> str:
    """The parts with a colon between them, "title: message"; empty and repeated parts are left out."""
    return ": ".join(dict.fromkeys(filter(None, parts)))


def few(names: Sequence[str]) -> str:
    """The first three names as text, with an ellipsis if there are more."""
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def fit(text: str, width: int, less: int = 2) -> str:
    """The text shortened to ``width`` columns less a margin; unchanged if ``width`` is 0."""
    return shorten(text, max(width - less, 20)) if width else text


def wrapped(text: str, width: int) -> Iterator[str]:
    """The lines of a text that is broken at spaces. A word longer than a line is not broken, so that it can be
    copied."""
    line = ""
    for word in text.split(" "):
        if line and columns(line) + 1 + columns(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


class Whole(str):
    """A line to copy, such as a command, which is not broken."""

    __slots__ = ()


def folded(line: str, width: int) -> Iterator[str]:
    """A line, continued on further ones, which are indented to its text if it starts with a number, else by two
    columns."""
    start = re.match(r" *(?:\d[\d,]*(?:\. |  ) *)?", line)
    head = start[0] if start else ""
    if not width or isinstance(line, Whole) or columns(line) <= width or width - len(head) < 6:
        yield line
        return
    deeper = " " * (len(head) + (2 if not head.strip() else 0))
    first, *rest = wrapped(line[len(head) :], width - len(deeper))
    yield head + first
    yield from (deeper + part for part in rest)

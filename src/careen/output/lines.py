"""Lines of text for people: plurals, and prose broken or shortened to a width."""

import re
from collections.abc import Iterator, Sequence

from .escape import columns, shorten


def plural(count: int, word: str) -> str:
    many = word.removesuffix("y") + "ies" if word.endswith("ty") else word + "s"
    return f"{count:,} {word if count == 1 else many}"


def few(names: Sequence[str]) -> str:
    """The first of them."""
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def fit(text: str, width: int, less: int = 2) -> str:
    """Shortened to ``width`` columns less a margin; a width of 0 keeps all."""
    return shorten(text, max(width - less, 20)) if width else text


def wrapped(text: str, width: int) -> Iterator[str]:
    """Broken at spaces; a word longer than a line stays whole, so that it can be copied."""
    line = ""
    for word in text.split(" "):
        if line and columns(line) + 1 + columns(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


class Whole(str):
    """A line to copy, a command: it is not broken."""

    __slots__ = ()


def folded(line: str, width: int) -> Iterator[str]:
    """A line with what does not fit below it, under its text where a number stands before that, else two deeper."""
    start = re.match(r" *(?:\d[\d,]*(?:\. |  ) *)?", line)
    head = start[0] if start else ""
    if not width or isinstance(line, Whole) or columns(line) <= width or width - len(head) < 6:
        yield line
        return
    deeper = " " * (len(head) + (2 if not head.strip() else 0))
    first, *rest = wrapped(line[len(head) :], width - len(deeper))
    yield head + first
    yield from (deeper + one for one in rest)

"""Lines of text for people: plurals, and prose broken or shortened to a width."""

from collections.abc import Iterator

from .escape import columns, shorten


def plural(count: int, word: str) -> str:
    many = word.removesuffix("y") + "ies" if word.endswith("ty") else word + "s"
    return f"{count:,} {word if count == 1 else many}"


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

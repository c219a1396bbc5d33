"""Escapes text of an image or a feed, so that it has no meaning in Markdown. **Source:** CommonMark 0.31, section 2.4
(backslash escapes)."""

from careen.safety.pattern import pattern

from .escape import visible

_MARKUP = pattern(r"([\\`*_{}\[\]<>#~|&]|:(?=//))")


def plain(text: str, limit: int = 1000) -> str:
    return _MARKUP.sub(r"\\\1", visible(text, limit))

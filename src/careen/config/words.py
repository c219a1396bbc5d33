"""The nearest of some words to a misspelt one."""

from collections.abc import Iterable


def nearest(word: str, words: Iterable[str], likeness: float = 0.6) -> str | None:
    """The word that was probably meant."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(words), 1, likeness)), None)

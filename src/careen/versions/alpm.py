"""Arch Linux package versions: ``[epoch:]version[-release]`` as pacman compares them.

A version is runs of digits and of letters; letters right after a number sort below the end ("1.0rc" < "1.0"), letters after a
separator above; more separators sort above fewer. A missing release sorts below any (in pacman it equals every one).
Raises: ValueError if the text is empty or has white space.
**Source:** pacman, lib/libalpm/version.c; vercmp(8).
"""

from careen.formats.version_text.text import clean, refused
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_RUN = pattern(r"([^0-9A-Za-z]*)(?:([0-9]+)|([A-Za-z]+))?")
_JOINED_LETTERS, _END, _SEPARATED = range(3)
_LETTERS, _NOTHING, _NUMBER = range(3)


def key(text: str) -> tuple[int, tuple[int | str, ...], tuple[int | str, ...]]:
    text = clean(text)
    if " " in text:
        raise refused(text, "alpm")
    epoch, colon, rest = text.partition(":")
    if not colon or not (epoch.isascii() and epoch.isdigit()):
        epoch, rest = "0", text
    version, dash, release = rest.rpartition("-")
    return (int(epoch), _label(version), _label(release)) if dash else (int(epoch), _label(rest), ())


def _label(text: str) -> tuple[int | str, ...]:
    parts: list[int | str] = []
    for separators, number, letters in _RUN.findall(text):
        if letters and not separators:
            parts += (_JOINED_LETTERS, letters)
        elif letters:
            parts += (_SEPARATED + len(separators), _LETTERS, letters)
        elif number:
            parts += (_SEPARATED + len(separators), _NUMBER, int(number))
        elif separators:
            parts += (_SEPARATED + len(separators), _NOTHING)
    return (*parts, _END)


VERSION_SCHEME = VersionScheme(name="alpm", key=key)

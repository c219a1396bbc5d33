"""RPM versions: ``[epoch:]version[-release]``, as ``rpm`` compares them.

A label is split into runs of ASCII letters and of digits; everything else only separates. In the same position ``~`` sorts
below the end, then the end, ``^``, letters, numbers. A missing epoch is 0; a missing release sorts below any.
Some scanners treat an epoch that one side lacks as equal to any: that is not an order (1:1 = 1 = 2:1), and rpm does not.
Raises: ValueError if the text is empty or has white space.
**Source:** rpm, rpmio/rpmver.c (``rpmverParse``, ``rpmverCmp``) and rpmio/rpmvercmp.c.
"""

from careen.formats.version_text.text import clean, refused
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_RUN = pattern(r"([0-9]+)|([A-Za-z]+)|([~^])")
_EPOCH = pattern(r"([0-9]*):")
_TILDE, _END, _CARET, _LETTERS, _NUMBER = range(5)

Label = tuple[int | str, ...]


def key(text: str) -> tuple[int, Label, Label]:
    text = clean(text)
    if " " in text:
        raise refused(text, "rpm")
    epoch = 0
    if found := _EPOCH.match(text):  # as in rpm, only digits before the first colon are an epoch
        epoch, text = int(found[1] or 0), text[found.end() :]
    version, dash, release = text.rpartition("-")
    return (epoch, label(version), label(release)) if dash else (epoch, label(text), ())


def label(text: str) -> Label:
    """The sort key of one part of ``EPOCH:VERSION-RELEASE``: of a version or of a release."""
    runs: list[int | str] = []
    for number, letters, mark in _RUN.findall(text):
        if number:
            runs += (_NUMBER, int(number))
        elif letters:
            runs += (_LETTERS, letters)
        else:
            runs.append(_TILDE if mark == "~" else _CARET)
    runs.append(_END)
    return tuple(runs)


VERSION_SCHEME = VersionScheme(name="rpm", key=key)

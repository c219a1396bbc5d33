"""Alpine package versions: ``1.2.3a_rc1_p2~commit-r4``.

Parts in the same position sort, from low to high: a pre-release suffix, text unknown to apk, the end, ``-r``, ``~commit``,
the number of a suffix, a later suffix, a letter, a number. Numbers after the first with a leading zero compare as text
and sort below the others, as in Gentoo.
apk treats two versions as equal from the first unknown text on; this module compares the rest too, so that such versions of
old packages have an order. A number after the letter (sudo 1.9.5p2) is such a number as in apk 2.
Raises: ValueError if the text is empty.
**Source:** apk-tools 3, src/version.c; apk-tools 2.14 for numbers after the letter.
"""

from careen.formats.version_text.text import clean
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_SHAPE = pattern(
    r"(?P<first>[0-9]*)(?P<numbers>(?:\.[0-9]+)*)(?:(?P<letter>[a-z])(?P<after>(?:[0-9]+(?:\.[0-9]+)*)?))?"
    r"(?P<suffixes>(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])[0-9]*)*)"
    r"(?:~(?P<commit>[0-9a-f]+))?(?:-r(?P<revision>[0-9]+))?"
)
_SUFFIX = pattern(r"_([a-z]+)([0-9]*)")
_DIGITS = pattern(r"([0-9]+)")
_BEFORE = {"alpha": 0, "beta": 1, "pre": 2, "rc": 3}
_LATER = {"cvs": 4, "svn": 5, "git": 6, "hg": 7, "p": 8}
_PRE, _UNKNOWN, _END, _REVISION, _COMMIT, _COUNT, _POST, _LETTER, _ZERO, _NUMBER = range(10)


def key(text: str) -> tuple[int | str, ...]:
    text = clean(text)
    found = _SHAPE.match(text)
    if found is None or not found["first"]:
        return _unknown(text)
    parts: list[int | str] = [_NUMBER, int(found["first"]), *_numbers(found["numbers"])]
    if found["letter"]:
        parts += (_LETTER, found["letter"], *_numbers(found["after"]))
    for suffix, count in _SUFFIX.findall(found["suffixes"]):
        parts += (_PRE, _BEFORE[suffix]) if suffix in _BEFORE else (_POST, _LATER[suffix])
        if count:
            parts += (_COUNT, int(count))
    if found["commit"]:
        parts += (_COMMIT, found["commit"])
    if found["revision"]:
        parts += (_REVISION, int(found["revision"]))
    rest = text[found.end() :]
    return (*parts, *_unknown(rest)) if rest else (*parts, _END)


def _numbers(text: str) -> list[int | str]:
    parts: list[int | str] = []
    for digits in _DIGITS.findall(text):
        parts += (_ZERO, digits) if digits[0] == "0" else (_NUMBER, int(digits))
    return parts


def _unknown(text: str) -> tuple[int | str, ...]:
    runs: list[int | str] = list(_DIGITS.split(text))
    runs[1::2] = map(int, runs[1::2])
    return (_UNKNOWN, *runs)


VERSION_SCHEME = VersionScheme(name="apk", key=key)

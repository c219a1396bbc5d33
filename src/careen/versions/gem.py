"""RubyGems versions and requirements.

A version is segments of digits or letters; ``-`` starts a pre-release. In the same position a word sorts below zero, the end
equals zero, and numbers sort above. Empty text is version 0. A platform at the end ("1.19.3-aarch64-linux-gnu", as in file
names of installed gems) is not part of the version.
``satisfies``: ``=``, ``!=``, ``>``, ``<``, ``>=``, ``<=``, ``~>``; commas or white space mean "and", ``||`` "or".
Beyond RubyGems the first segment may continue in letters ("1beta").
Raises: ValueError for other text.
**Source:** RubyGems, Gem::Version, Gem::Requirement, Gem::Platform.
"""

from careen.formats.version_text.text import COMPARE, bounded, clean, refused
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_VERSION = pattern(r"[0-9][0-9A-Za-z]*(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")
_SEGMENT = pattern(r"[0-9]+|[A-Za-z]+")
_PLATFORM = pattern(
    r"-(?:java|jruby|ruby|dalvik\d*|dotnet|mswin\w*|mingw\w*|linux|darwin|macruby"
    r"|(?:x86|x86_64|x64|amd64|i[3-6]86|universal|aarch64|arm64|arm|armv\d\w*|ppc64le|ppc64|powerpc|s390x|riscv64|sparc)"
    r"(?:-[\w.-]*)?)"
)
_TERM = pattern(r" ?(?P<operator>~>|==|!=|>=|<=|=|>|<)? ?(?P<version>[0-9][0-9A-Za-z.-]*)(?: ?,|(?=[ ~=!<>])|$)")
_WORD, _END, _NUMBER = range(3)


def key(text: str) -> tuple[int | str, ...]:
    return _key(_segments(text))


def satisfies(version: str, constraint: str) -> bool:
    segments = _segments(version)
    parsed = [_terms(part) for part in bounded(constraint).split("||")]  # an invalid part is always refused
    return any(all(_meets(segments, *term) for term in part) for part in parsed)


def _segments(text: str) -> list[int | str]:
    if not text.strip():
        return [0]
    text = clean(text)
    if (dash := text.find("-")) > 0 and _PLATFORM.fullmatch(text, dash):
        text = text[:dash]
    if not _VERSION.fullmatch(text):
        raise refused(text, "gem")
    found = _SEGMENT.findall(text.replace("-", ".pre."))
    return [int(part) if part[0].isdigit() else part for part in found]


def _key(segments: list[int | str]) -> tuple[int | str, ...]:
    """A sort key. Since the end of a version equals zero, the key has each segment except zero, together with the
    number of zeros before it.

    More zeros move a word up towards the end, and a number down. Zeros right before the first word and at the end do
    not count.
    """
    parts: list[int | str] = []
    zeros, words = 0, False
    for segment in segments:
        if segment == 0:
            zeros += 1
            continue
        if isinstance(segment, str):
            parts += (_WORD, zeros if words else 0, segment)
            words = True
        else:
            parts += (_NUMBER, -zeros, segment)
        zeros = 0
    return (*parts, _END)


def _terms(part: str) -> list[tuple[str, list[int | str]]]:
    found, at = [], 0
    part = " ".join(part.split())
    while at < len(part):
        match = _TERM.match(part, at)
        if match is None:
            raise ValueError(f"not a gem requirement: {part[:80]!r}")
        found.append((match["operator"] or "=", _segments(match["version"])))
        at = match.end()
    if not found:
        raise ValueError("empty gem requirement")
    return found


def _meets(segments: list[int | str], operator: str, wanted: list[int | str]) -> bool:
    if operator != "~>":
        return COMPARE[operator](_key(segments), _key(wanted))
    return _key(segments) >= _key(wanted) and _key(_release(segments)) < _key(_bumped(wanted))


def _release(segments: list[int | str]) -> list[int | str]:
    return segments[: next((i for i, part in enumerate(segments) if isinstance(part, str)), len(segments))]


def _bumped(segments: list[int | str]) -> list[int | str]:
    """The version with the second to last number raised: 1.4 for 1.3.2."""
    numbers = [part for part in _release(segments) if isinstance(part, int)]
    if len(numbers) > 1:
        numbers.pop()
    numbers[-1] += 1
    return [*numbers]


VERSION_SCHEME = VersionScheme(name="gem", key=key, satisfies=satisfies)

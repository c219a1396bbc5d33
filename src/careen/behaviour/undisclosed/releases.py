"""The releases in the changelog of an upstream project: Markdown, reStructuredText or plain text.

A heading names one version and little else: a line with marks (``## [1.2.3] - 2026-01-31``), an underlined line, or a line that
has nothing but a date beside the version. The text from there to the next heading belongs to the release.
**Source:** Keep a Changelog 1.1.0; the changelogs of much used packages of PyPI, npm and RubyGems.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from careen.safety.pattern import pattern

from .items import items_of

MAX_LINES, MAX_HEADING, MAX_RELEASES = 200_000, 250, 5_000
SIZES = (1, 3, 8)
DATED_LINES = 5  # below a heading, one of which may have its day
_HEADING = pattern(
    r"(?P<marks>[#=*]{0,5})[ \t]{0,4}[\[`(]{0,2}"
    r"(?:(?:(?i:version|release)|[A-Za-z][\w@/.-]{0,40})[ \t:]{1,3}){0,2}[\[`]{0,2}[vV]?"
    r"(?P<version>\d{1,5}(?:\.\d{1,6}){1,3}(?:[-.]?(?:a|b|c|rc|alpha|beta|pre|post|dev)[-.]?\d{0,4})?)(?![\w.]|-\d)(?P<rest>.*)"
)
_BESIDE = pattern(r"\([^()]{0,200}\)|<[^<>]{0,200}>|https?://\S{0,200}|[^\w\s]")
_WORD = pattern(r"[^\W\d_]{2,}")
_UNDERLINE = pattern(r"[=\-~^*+#]{3,}\s*")
_TITLE = pattern(
    r"#{1,6}[ \t]{1,4}(?P<mark>[^\n]{1,100})|(?P<name>\*\*[^*\n]{2,60}\*\*:?|[A-Z][A-Za-z/&, ]{2,50}:"
    r"|[A-Z][a-z]{2,20}(?: [a-z&]{1,20}){0,2})\s{0,4}"
)
_SECURITY = pattern(r"(?i)\b(?:security|vulnerabilit)")
_YEAR = pattern(r"\b(?:19[89]|20\d)\d\b")
_DAY = pattern(r"\b((?:19[89]|20\d)\d)[-/.](\d\d)[-/.](\d\d)\b")
_WRITTEN_DAY = pattern(  # May 18, 2020; 18 May 2020
    r"(?i)\b(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -])?"
    r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[ .,-]{1,2}"
    r"(?:(?P<later>\d{1,2})(?:st|nd|rd|th)?,? )?(?P<year>(?:19[89]|20\d)\d)\b"
)
_DATED = pattern(r"(?i)\W{0,3}(?:release|date)")
_NUMBER = pattern(r"\d{1,6}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ORDER = pattern(r"[vV]?(?P<numbers>\d{1,9}(?:\.\d{1,9}){0,5})[-._]?(?P<mark>[A-Za-z]{0,10})(?P<rest>[^+]{0,50})")
_STAGES = {"dev": -4, "a": -3, "alpha": -3, "b": -2, "beta": -2, "c": -1, "rc": -1, "pre": -1, "post": 1, "final": 0}
_PLAIN = frozenset(("release", "released", "version", "final", "yanked", "st", "nd", "rd", "th"))


class Order(NamedTuple):
    """A sort key for versions."""

    numbers: tuple[int, ...]  # without zeros at the end
    stage: int  # below 0 for a pre-release
    within: tuple[int, ...]  # the numbers of the pre-release

    @property
    def is_early(self) -> bool:
        return self.stage < 0


class Release(NamedTuple):
    version: str
    day: str  # ISO 8601, "" if none is found
    text: str


def releases_of(changelog: str) -> Iterator[Release]:
    """Yields the releases in the order of the text."""
    lines = changelog.splitlines()[:MAX_LINES]
    heads = [(number, head) for number, head in enumerate(map(_head, lines, [*lines[1:], ""])) if head][:MAX_RELEASES]
    for (number, head), (end, _) in pairwise([*heads, (len(lines), ("", ""))]):
        text = "\n".join(line for line in lines[number + 1 : end] if not _UNDERLINE.fullmatch(line))
        yield Release(head[0], head[1] or _day_below(lines[number + 1 : min(end, number + 1 + DATED_LINES)]), text)


def changes_of(text: str) -> Iterator[str]:
    """The items of a release. An item below a title about security gets the prefix ``Security: ``."""
    title, lines = "", list[str]()
    for line in [*text.splitlines(), "# end"]:
        if match := _TITLE.fullmatch(line):
            yield from (f"Security: {item}" if _SECURITY.search(title) else item for item in items_of("\n".join(lines)))
            title, lines = match["mark"] or match["name"], []
        else:
            lines.append(line)


def circumstances_of(releases: Sequence[Release]) -> Iterator[tuple[str, ...]]:
    """The features of each release as a whole, as texts that no item contains: a release with a fix of a vulnerability mostly
    has few other changes, and other release lines get one on the same day."""
    days = Counter(release.day for release in releases if release.day)
    for release in releases:
        numbers, count = numbers_of(release.version), sum(1 for _ in changes_of(release.text))
        size = next((f"up to {most}" for most in SIZES if count <= most), "many")
        yield (
            f"release: {size} changes",
            "release: correction" if len(numbers) > 2 and numbers[2] else "release: features",
            *(("release: correction of a correction",) if len(numbers) > 3 else ()),
            *(("release: same day as another",) if days[release.day] > 1 else ()),
        )


def numbers_of(version: str) -> tuple[int, ...]:
    """A sort key for releases: their first four numbers."""
    return tuple(map(int, _NUMBER.findall(version)[:4]))


def order_of(version: str) -> Order:
    """The place of a version among the releases of its project."""
    match = _ORDER.match(version)
    if match is None:
        return Order((), 0, ())
    numbers = [int(number) for number in match["numbers"].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    mark = match["mark"].lower()
    return Order(tuple(numbers), _STAGES.get(mark, _STAGES["rc"]) if mark else 0, numbers_of(match["rest"]))


def _head(line: str, following: str) -> tuple[str, str] | None:
    """The version and day of a heading, the day "" if it has none; None if the line is not the heading of a release."""
    if len(line) > MAX_HEADING or not (match := _HEADING.match(line)):
        return None
    rest = match["rest"]
    words = [word for word in _WORD.findall(_BESIDE.sub(" ", rest)) if word[:3].lower() not in _MONTHS]
    is_marked = "#" in match["marks"] or _UNDERLINE.fullmatch(following) or _YEAR.search(rest) or not rest.strip(" :`*]")
    if not is_marked or any(word.lower() not in _PLAIN for word in words):
        return None
    return match["version"], _day_in(rest)


def _day_below(lines: Sequence[str]) -> str:
    return next((_day_in(line[:MAX_HEADING]) for line in lines if _DATED.match(line)), "")


def _day_in(text: str) -> str:
    if day := _DAY.search(text):
        return "-".join(day.groups())
    written = _WRITTEN_DAY.search(text)
    number = written and (written["day"] or written["later"])
    if not written or not number:
        return ""
    return f"{written['year']}-{_MONTHS.index(written['month'].lower()) + 1:02}-{int(number):02}"

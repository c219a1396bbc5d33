"""The items of a changelog entry, and the words of an item.

Names of vulnerabilities, numbers of bugs, versions, paths and names of people are no words: only what is described counts.
**Source:** Debian Policy 4.4.
"""

from collections.abc import Iterator
from itertools import pairwise

from careen.safety.pattern import pattern

MAX_ITEMS, MAX_LETTERS, MAX_WORDS = 400, 2_000, 80
NAMED = pattern(
    r"(?i)\b(?:CVE|CAN)[-=_ ](?:19|20)\d\d-\d{4,12}\b|\bGHSA(?:-[0-9a-z]{4}){3}\b|\b(?:DSA|DLA|USN|ZDI|TALOS)[- ]\d{1,8}"
)
_BULLET = pattern(r"^[ \t]*[*+o-][ \t]+")
_CLOSES = pattern(r"(?i)\(?(?:closes|fixes|lp|thanks|bug)?:?\s*(?:bug)?#\d[\d, #]*\)?|https?://\S+|<[^<>\s]{1,200}>")
_WORD = pattern(r"[a-z][a-z-]{1,30}")


def items_of(entry: str) -> Iterator[str]:
    """Yields each item as one line, without its bullet. An item ends at an empty line, at the next bullet, at a line with a
    person (``[ Name ]``) and at the trailer."""
    lines: list[str] = []
    count = 0
    for line in entry.splitlines():
        stripped = line.strip()
        starts = bool(_BULLET.match(line))
        if lines and (starts or not stripped or stripped.startswith("[") or line.startswith(" -- ")):
            yield " ".join(lines)[:MAX_LETTERS]
            lines = []
            count += 1
            if count == MAX_ITEMS:
                return
        text = _BULLET.sub("", line).strip()
        if text and not stripped.startswith("[ ") and not line.startswith(" -- "):
            lines.append(text)
    if lines:
        yield " ".join(lines)[:MAX_LETTERS]


def plain(item: str) -> str:
    """The item without names of vulnerabilities, numbers of bugs, addresses and people."""
    return str(_CLOSES.sub(" ", NAMED.sub(" ", item)))


def features_of(item: str) -> tuple[str, ...]:
    """The distinct words of an item and its pairs of neighbours, in the order of the text."""
    text = plain(item).lower()
    words = [word.strip("-") for word in _WORD.findall(text)[:MAX_WORDS]]
    words = [_STEMS.get(word, word) for word in words if len(word) > 1]
    pairs = (f"{first} {second}" for first, second in pairwise(words))
    return tuple(dict.fromkeys((*words, *pairs)))


# The forms of a word that count as one, each with that one.
_STEMS = {
    **dict.fromkeys(("overflows", "overflowing", "overflowed"), "overflow"),
    **dict.fromkeys(("fixes", "fixed", "fixing"), "fix"),
    **dict.fromkeys(("crashes", "crashed", "crashing"), "crash"),
    **dict.fromkeys(("leaks", "leaking", "leaked", "leakage"), "leak"),
    **dict.fromkeys(("vulnerabilities", "vulnerable", "vuln", "vulns"), "vulnerability"),
    **dict.fromkeys(("prevents", "preventing", "prevented"), "prevent"),
    **dict.fromkeys(("checks", "checking", "checked"), "check"),
    **dict.fromkeys(("validates", "validating", "validation", "validated"), "validate"),
    **dict.fromkeys(("injections", "inject", "injected"), "injection"),
    **dict.fromkeys(("reads", "reading"), "read"),
    **dict.fromkeys(("writes", "writing"), "write"),
    **dict.fromkeys(("attackers", "attacks", "attack"), "attacker"),
    **dict.fromkeys(("buffers",), "buffer"),
    **dict.fromkeys(("out-of-bound", "out-of-bounds", "oob"), "out-of-bounds"),
    **dict.fromkeys(("uaf", "use-after-free"), "use-after-free"),
    **dict.fromkeys(("bypasses", "bypassing", "bypassed"), "bypass"),
    **dict.fromkeys(("denial-of-service", "dos"), "denial-of-service"),
}

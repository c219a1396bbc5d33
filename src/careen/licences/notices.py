"""Licences that prose mentions without their text: "under the terms of the GNU General Public License, version 2 or
later".

It works on words (``licences.words``), with a gap in place of each licence text that was removed.
"""

import re
from collections.abc import Iterator, Sequence

from careen.safety.pattern import pattern

from .names import gnu_id, id_of

MAX_NOTICES = 200
WINDOW = 330  # characters after the name of a GNU licence that may contain its version
GAP = "\n"
_GNU = pattern(
    r"\b(?:gnu )?(?:(?P<long>lesser|library|affero)(?: or (?:library|lesser))? (?:general )?public license"
    r"|general public license"
    r"|(?P<doc>free documentation license)|(?P<short>[al]?gpl|gfdl)(?=\b|v?[123]))"
)
_VERSION = pattern(
    r"^ ?(?:(?:as )?published by the free software foundation )?(?:either )?\(?(?:versions?|v|ver|rev)? ?([123](?:\.[01])?)\b"
)
_LATER_VERSION = pattern(r"\b(?:either )?(?:versions?|v|ver|revision) ?([123](?:\.[01])?)(?: |$|\b)")
_LATER = pattern(
    r"\b(?:or|and) (?:at your [a-z]{3,12} )?(?:any )?(?:later|newer|above|higher|greater)\b"
    r"|\bor at your [a-z]{3,12} any later\b"
)
_ONLY = pattern(r"\b(?:only|no other|not any (?:later|other))\b")
_FREE = pattern(r"\bno invariant\b")
_COMMON = pattern(r"\bcommon licenses ([a-z]+)(?: ([0-9](?:\.[0-9])?))?")
_COMMON_IDS = {"apache": "Apache-2.0", "artistic": "Artistic-1.0-Perl", "bsd": "BSD-3-Clause", "cc0": "CC0-1.0"}
# Phrases in prose, and the licences that they mean.
_NAMED: tuple[tuple[str, str], ...] = (
    (r"(?:same|under the) terms as perl|same (?:license|terms)? ?as perl", "Artistic-1.0-Perl OR GPL-1.0-or-later"),
    (r"apache (?:software )?license ?(?:version|v)? ?2(?:\.0)?|apache 2(?:\.0)? license", "Apache-2.0"),
    (r"apache license(?! ?(?:version|v)? ?[12])", "Apache-2.0"),
    (r"apache (?:software )?license (?:version |v)?1\.1", "Apache-1.1"),
    (r"mozilla public license (?:version |v ?)?2(?:\.0)?|mpl ?v? ?2(?:\.0)?", "MPL-2.0"),
    (r"mozilla public license (?:version |v ?)?1\.1|mpl ?v? ?1\.1", "MPL-1.1"),
    (r"eclipse public license (?:version |v ?)?1(?:\.0)?", "EPL-1.0"),
    (r"eclipse public license (?:version |v ?)?2(?:\.0)?", "EPL-2.0"),
    (r"eclipse distribution license", "BSD-3-Clause"),
    (r"boost software license", "BSL-1.0"),
    (r"common development and distribution license (?:\(?cddl\)? )?(?:version |v ?)?1\.1", "CDDL-1.1"),
    (r"common development and distribution license(?! (?:\(?cddl\)? )?(?:version |v ?)?1\.1)", "CDDL-1.0"),
    (r"sil open font license", "OFL-1.1"),
    (r"clarified artistic license", "ClArtistic"),
    (r"artistic license (?:version |v ?)?2(?:\.0)?", "Artistic-2.0"),
    (r"(?<!clarified )artistic license(?! (?:version |v ?)?2)", "Artistic-1.0-Perl"),
    (r"creative commons (?:zero|cc0)|cc0 1\.0(?: universal)?", "CC0-1.0"),
    (r"creative commons attribution share ?alike (?:version |v ?)?4(?:\.0)?|cc by sa 4\.0", "CC-BY-SA-4.0"),
    (r"creative commons attribution share ?alike (?:version |v ?)?3(?:\.0)?|cc by sa 3\.0", "CC-BY-SA-3.0"),
    (r"creative commons attribution (?:international )?(?:version |v ?)?4(?:\.0)?|cc by 4\.0", "CC-BY-4.0"),
    (r"(?:mit|expat)(?: x11)?(?: style)? license", "MIT"),
    (r"isc license", "ISC"),
    (r"(?:3 clause|three clause|new|modified|revised) bsd(?: style)? license|bsd 3 clause|bsd 3 license", "BSD-3-Clause"),
    (r"(?:2 clause|two clause|simplified|freebsd) bsd(?: style)? license|bsd 2 clause|freebsd license", "BSD-2-Clause"),
    (r"zlib license|zlib libpng license", "Zlib"),
    (r"python software foundation license|psf license", "PSF-2.0"),
    (r"unicode license", "Unicode-3.0"),
    (r"postgresql license", "PostgreSQL"),
    (r"openssl license", "OpenSSL"),
    (r"latex project public license", "LPPL-1.3c"),
    (r"do what the fuck you want to public license|wtfpl", "WTFPL"),
    (r"vim license", "Vim"),
    (r"ruby s? ?license|same (?:terms|license) as ruby|rubys license", "Ruby"),
    (r"open software license (?:version |v ?)?3(?:\.0)?", "OSL-3.0"),
    (r"academic free license (?:version |v ?)?2\.1", "AFL-2.1"),
    (r"spdx license identifier ([a-z0-9.]+(?: [a-z0-9.]+){0,8})", ""),
    (
        r"(?:is|are|been|be) (?:hereby )?(?:placed |put |released |dedicated )?(?:in|into|to) the public domain"
        r"|public domain software",
        "LicenseRef-Public-Domain",
    ),
)
_PATTERNS = tuple((pattern(rf"\b(?:{text})\b"), id) for text, id in _NAMED)


def named_in(words: Sequence[str]) -> tuple[str, ...]:
    """The ids and expressions of the licences that the words mention, sorted."""
    text = re.sub(r" ?\n ?", GAP, " ".join(word or GAP for word in words))
    found: set[str] = set()
    for expression, id in _PATTERNS:
        match = expression.search(text)
        if match and id:
            found.add(id)
        elif match:
            found.update(_identified(match[1]))
    found |= set(_gnu(text))
    if "Artistic-1.0-Perl OR GPL-1.0-or-later" in found:
        found -= {"Artistic-1.0-Perl", "GPL-1.0-or-later"}
    known = {id.split("-")[0] for id in found}
    for match in _COMMON.finditer(text):
        found |= set(_common(match[1], match[2] or "", known))
    return tuple(sorted(found))


def _gnu(text: str) -> Iterator[str]:
    """The ids of GNU licences in a text. A mention with a version replaces those of its family without one."""
    exact: dict[str, set[str]] = {}
    for count, match in enumerate(_GNU.finditer(text)):
        if count == MAX_NOTICES:
            break
        family = _family(match)
        after = text[match.end() : match.end() + WINDOW].split(GAP)[0]
        following = _GNU.search(after)
        nearby = after[: following.start()] if following and following.start() > 8 else after
        version, later = _version(nearby, text[max(match.start() - 60, 0) : match.start()])
        exact.setdefault(family, set()).add(gnu_id(family, version, later, _FREE.search(nearby) is not None) if version else "")
    for family, ids in exact.items():
        precise = ids - {""}
        yield from precise or {gnu_id(family, "", later=True)}


def _family(match: "re.Match[str]") -> str:
    if match["doc"] or match["short"] == "gfdl":
        return "GFDL"
    first = (match["short"] or match["long"] or "")[:1] if match["short"] != "gpl" else ""
    return "AGPL" if first == "a" else "LGPL" if first == "l" else "GPL"


def _version(after: str, before: str) -> tuple[str, bool]:
    """The version, and whether later ones are allowed. The version follows the name or, as in "version 2 of the GNU
    General Public License", precedes it.
    """
    match = _VERSION.match(after)
    earlier = list(_LATER_VERSION.finditer(before))
    if not match and earlier and before.rstrip().endswith(("of the", "of the gnu")):
        return earlier[-1][1], _LATER.search(before[earlier[-1].end() :] + " " + after[:120]) is not None
    match = match or _LATER_VERSION.search(after)
    if not match:
        return "", False
    tail = after[match.end() : match.end() + 110]
    later = _LATER.search(tail)
    only = _ONLY.search(tail[: later.start()] if later else tail[:20])
    return match[1], later is not None and not only


def _common(name: str, version: str, known: set[str]) -> Iterator[str]:
    """The licence of a file in Debian's common licences, unless the prose mentions one of its family."""
    family = name.upper()
    if family in ("GPL", "LGPL", "GFDL", "AGPL"):
        if family not in known:
            yield gnu_id(family, version, later=not version)
    elif name == "mpl" and "MPL" not in known:
        yield id_of(f"MPL-{version or '2.0'}")
    elif name in _COMMON_IDS and _COMMON_IDS[name].split("-")[0] not in known:
        yield _COMMON_IDS[name]


def _identified(words: str) -> Iterator[str]:
    """The longest beginning of these words that is an id, if any."""
    parts = words.split()
    for end in range(len(parts), 0, -1):
        if id := id_of("-".join(parts[:end])):
            yield id
            return

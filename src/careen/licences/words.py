"""The words of a licence text, without the differences between copies.

Comment signs, bullets, copyright lines, punctuation, case and spelling are removed or made equal, so that two copies of
a licence give the same words. **Source:** SPDX licence list matching guidelines, 2.3 (annex B of the specification).
"""

from careen.safety.pattern import pattern

MAX_TEXT = 1 << 20  # characters that are read
_WORD = pattern(r"[a-z0-9]+(?:\.[0-9]+)*")
_MARGIN = pattern(r"(?m)^[ \t]*(?:[*#;%>|]+|//+|/\*+|--+|dnl\b|rem\b|\.(?=[ \t]*$))[ \t]*")
_BULLET = pattern(r"(?m)^[ \t]*(?:\(?(?:[0-9]{1,2}|[a-z]|[ivx]{1,4})[.)]|[-*•·])[ \t]+")
_COPYRIGHT = pattern(
    r"(?m)^[ \t]*(?:portions?[ \t]+)?(?:copyrights?\b|\(c\)|©)"
    r"(?=[^\n]{0,80}(?:\(c\)|©|\b[12][0-9]{3}\b|\byear\b|\byyyy\b|<|\[|\bby\b))[^\n]{0,400}$"
)
_RIGHTS = pattern(r"\ball rights reserved\b")
_MARKS = str.maketrans({"'": "", "’": "", "‘": "", "`": "", '"': " ", "“": " ", "”": " ", "-": " ", "–": " ", "—": " "})
_SAME = {
    "licence": "license",
    "licences": "licenses",
    "licenced": "licensed",
    "sublicence": "sublicense",
    "copyholders": "copyright holders",
    "acknowledgement": "acknowledgment",
    "analogue": "analog",
    "analyse": "analyze",
    "artefact": "artifact",
    "authorisation": "authorization",
    "authorised": "authorized",
    "favour": "favor",
    "favourite": "favorite",
    "fulfil": "fulfill",
    "initialise": "initialize",
    "labour": "labor",
    "noncommercial": "non commercial",
    "organisation": "organization",
    "organise": "organize",
    "recognise": "recognize",
    "utilisation": "utilization",
    "whilst": "while",
    "wilful": "willful",
    "https": "http",
}


def words_of(text: str) -> list[str]:
    """The words of a text in order. Longer texts are cut at the limit."""
    text = text[:MAX_TEXT].lower()
    text = _MARGIN.sub("", text)
    text = _COPYRIGHT.sub("", _BULLET.sub("", text))
    text = _RIGHTS.sub("", text.translate(_MARKS))
    return [_SAME.get(word, word) for word in _WORD.findall(text)]

"""Text of Groovy -> the same text without comments, in which each literal text is its number.

What is within a text then no longer looks like code, and lines and positions are still known.
**Source:** Groovy language documentation, "Strings", "Comments".
"""

import re
from bisect import bisect_right

from msgspec import Struct

MAX_TEXTS = 20_000
# What does not end reaches to the end of the text, or each of its characters could begin it anew.
_TOKEN = re.compile(
    r"'''(?P<plain>(?:[^'\\]++|\\.|'(?!''))*+)(?:''')?"
    r'|"""(?P<long>(?:[^"\\]++|\\.|"(?!""))*+)(?:""")?'
    r"|'(?P<one>(?:[^'\\\n]++|\\.)*+)'?"
    r'|"(?P<two>(?:[^"\\\n]++|\\.)*+)"?'
    r"|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_HOLE = "\x00"  # around the number of a text, in place of it
TEXT = r"\x00(\d{1,6})\x00"


class Text(Struct, frozen=True):
    value: str
    line: int


class Literals(Struct, frozen=True):
    code: str
    texts: tuple[Text, ...]
    starts: tuple[int, ...]  # of the lines, in ``code``

    def line(self, at: int) -> int:
        return bisect_right(self.starts, at)

    def text(self, number: str | None) -> Text | None:
        return self.texts[int(number)] if number else None


def literals(text: str) -> Literals:
    texts: list[Text] = []
    breaks = [match.end() for match in re.finditer("\n", text)]

    def replaced(match: re.Match[str]) -> str:
        value = next((value for value in match.groupdict().values() if value is not None), None)
        lines = "\n" * match[0].count("\n")
        if value is None or len(texts) >= MAX_TEXTS:
            return " " + lines
        texts.append(Text(_ESCAPE.sub(r"\1", value), bisect_right(breaks, match.start()) + 1))
        return f"{_HOLE}{len(texts) - 1}{_HOLE}{lines}"

    code = _TOKEN.sub(replaced, text.replace(_HOLE, " "))
    return Literals(code, tuple(texts), (0, *(match.end() for match in re.finditer("\n", code))))

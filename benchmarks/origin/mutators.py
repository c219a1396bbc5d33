"""Edits of source code, as people make them: ten kinds, each the same for the same file and seed.

They know as much of a language as they need: where its comments and strings are, what its words and functions are.
"""

import keyword
import random
import re
from collections.abc import Callable

from .sets import words

LANGUAGES = {
    ".c": "c",
    ".h": "c",
    ".cc": "c",
    ".cpp": "c",
    ".js": "script",
    ".mjs": "script",
    ".cjs": "script",
    ".py": "python",
}
Edit = Callable[[str, str, random.Random], str]

_C_WORDS = words(
    "auto break case char const continue default do double else enum extern float for goto if inline int long "
    "register return short signed sizeof static struct switch typedef union unsigned void volatile while "
    "class private public protected throw try catch namespace template operator virtual new delete this "
    "define include ifdef ifndef endif elif undef pragma defined"
)
_SCRIPT_WORDS = words(
    "break case class const continue default delete do else export extends finally for function if import in "
    "instanceof let new return switch this throw try typeof var void while yield async await of null true "
    "false undefined catch super static get set from as require module exports"
)
_WORDS = {"c": frozenset(_C_WORDS), "script": frozenset(_SCRIPT_WORDS), "python": frozenset([*keyword.kwlist, "self"])}
_STRING = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
_C_COMMENT = r"(?P<comment>//[^\n]*|/\*.*?\*/)"
_PARTS = {
    language: re.compile("|".join(parts), re.DOTALL)
    for language, parts in {
        "c": (_C_COMMENT, rf"(?P<keep>{_STRING}|#\s*include[^\n]*)", r"(?P<word>\b[A-Za-z_]\w*)"),
        "script": (_C_COMMENT, rf"(?P<keep>{_STRING}|`[^`]*`)", r"(?P<word>\b[A-Za-z_$][\w$]*)"),
        "python": (
            r"(?P<comment>#[^\n]*)",
            rf"(?P<keep>[rRbBuUfF]*(?:\"\"\".*?\"\"\"|'''.*?'''|{_STRING}))",
            r"(?P<word>\b[A-Za-z_]\w*)",
        ),
    }.items()
}


def same(text: str, language: str, made: random.Random) -> str:
    """In a file of another name."""
    return text


def reformatted(text: str, language: str, made: random.Random) -> str:
    """No comments, another width of indentation, braces on lines of their own."""
    text = _PARTS[language].sub(lambda part: "" if part["comment"] else part[0], text)
    text = re.sub(
        r"(?m)^(?: {4}|\t| {2})+", lambda match: match[0].replace("\t", "    ") + match[0].replace("\t", "    "), text
    )
    if language != "python":
        text = re.sub(r"(?m)[ \t]*\{[ \t]*$", "\n{", text)
    return re.sub(r"\n[ \t]*(?=\n)", "", text)


def shortened(text: str, language: str, made: random.Random) -> str:
    """30 % of its lines deleted, in pieces of three to twelve. A piece may begin or end within a comment or a string, so that
    code is read as text after it: such a file does not compile."""
    return _shortened(text.split("\n"), made)


def shortened_by_hand(text: str, language: str, made: random.Random) -> str:
    """As ``shortened``, but a comment or string of several lines goes as a whole, or stays."""
    inside: set[int] = set()  # lines that begin in one
    for part in _PARTS[language].finditer(text):
        first = text.count("\n", 0, part.start())
        inside.update(range(first + 1, first + part[0].count("\n") + 1))
    pieces: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if number in inside:
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(line)
    return _shortened(pieces, made)


def _shortened(pieces: list[str], made: random.Random) -> str:
    sizes = [piece.count("\n") + 1 for piece in pieces]
    gone: set[int] = set()
    while sum(sizes[number] for number in gone) < sum(sizes) * 0.3:
        at = made.randrange(len(pieces))
        gone.update(range(at, min(at + made.randint(3, 12), len(pieces))))
    return "\n".join(piece for number, piece in enumerate(pieces) if number not in gone)


def renamed(text: str, language: str, made: random.Random) -> str:
    """All identifiers, in code; strings stay."""
    return _renamed(text, language, made, 1.0)


def half_renamed(text: str, language: str, made: random.Random) -> str:
    return _renamed(text, language, made, 0.5)


def all_together(text: str, language: str, made: random.Random) -> str:
    return reformatted(renamed(shortened(text, language, made), language, made), language, made)


def _renamed(text: str, language: str, made: random.Random, share: float) -> str:
    names: dict[str, str] = {}

    def new(part: "re.Match[str]") -> str:
        word = part["word"]
        if not word or word in _WORDS[language]:
            return part[0]
        if word not in names:
            names[word] = f"{made.choice(_STEMS)}_{made.choice(_STEMS)}{len(names)}" if made.random() < share else word
        return names[word]

    return _PARTS[language].sub(new, text)


_STEMS = words(
    "alpha bravo cargo delta ember flint grove haven ivory jolly karma lunar mango noble orbit piano quilt river solar"
)


def functions(text: str, language: str, least: int, most: int) -> list[str]:
    """The functions of a file that have so many lines of code, without comments and documentation."""
    lines = text.split("\n")
    found = []
    for at, line in enumerate(lines):
        if _BEGINS[language].match(line):
            end = _end(lines, at, language)
            function = "\n".join(lines[at:end])
            if end - at >= least and least <= lines_of_code(function, language) <= most:
                found.append(function)
    return found


def lines_of_code(text: str, language: str) -> int:
    text = re.sub(r"(?m)^\s*(?:\"\"\"|''')(?s:.*?)(?:\"\"\"|''')", "", text) if language == "python" else text
    text = _PARTS[language].sub(lambda part: "" if part["comment"] else part[0], text)
    return sum(bool(line.strip()) for line in text.split("\n"))


_BEGINS = {
    "c": re.compile(r"[A-Za-z_][\w \t*&:<>,]*\([^;]*$"),
    "script": re.compile(
        r"\s*(?:async\s+)?(?:function\b.*\{|(?:[\w$.]+\s*[=:]\s*)(?:async\s+)?function\b.*\{"
        r"|(?!if|for|while|switch|else|catch)[\w$]+\s*\([^;]*\)\s*\{)\s*$"
    ),
    "python": re.compile(r"\s*(?:async\s+)?def\s"),
}  # fmt: skip


def _end(lines: list[str], at: int, language: str) -> int:
    """The line after the last one of the function that begins in this line."""
    indent = _indent(lines[at])
    for number in range(at + 1, len(lines)):
        line = lines[number]
        if language != "python":
            if line.startswith(f"{indent}}}"):
                return number + 1
        elif line.strip() and len(_indent(line)) <= len(indent) and not line.lstrip().startswith((")", "#")):
            return number
    return len(lines)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def pasted(function: str, host: str, language: str) -> str:
    """A function in the middle of another project's file, before a line that is in no comment or string."""
    inside = [part.span() for part in _PARTS[language].finditer(host) if "\n" in part[0]]
    for found in re.finditer(r"\n(?=\S)", host):
        at = found.end()
        if at >= len(host) // 2 and not any(start < at < end for start, end in inside):
            return f"{host[:at]}{function}\n{host[at:]}"
    return f"{host}\n{function}\n"


EDITS: dict[str, Edit] = {
    "renamed file": same,
    "reformatted": reformatted,
    "half of the identifiers renamed": half_renamed,
    "30 % of the lines deleted": shortened,
    "30 % deleted, comments and strings whole": shortened_by_hand,
    "all identifiers renamed": renamed,
    "reformatted, deleted and renamed": all_together,
}
PASTED = {
    "function of 20-40 lines pasted": (20, 40, same),
    "function of 41-100 lines pasted": (41, 100, same),
    "function of 20-40 lines pasted and renamed": (20, 40, renamed),
}

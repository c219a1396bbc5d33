"""Words of an instruction with quotes, escapes and variables resolved as the builder does it.

``${x:-word}``, ``${x-word}``, ``+`` and ``?`` with and without colon, ``${x#pattern}``, ``##``, ``%``, ``%%``,
``${x/pattern/text}`` and ``//``; a variable that is not set is empty, or stays as it is written with ``keep_unset``.
Raises: ValueError for an open quote or brace, an unknown modifier, a ``?`` that fails, or text that grows too large.
**Source:** Dockerfile reference, "Environment replacement"; POSIX.1-2024, XCU 2.6.2 (parameter expansion).
"""

import re
from collections.abc import Mapping

MAX_DEPTH = 50
MAX_LENGTH = 256 * 1024
MAX_STEPS = 5_000_000
_SPECIAL = frozenset("@*#?-$!0")
_EMPTY: Mapping[str, str] = {}


def expand(text: str, env: Mapping[str, str] = _EMPTY, escape: str = "\\", *, keep_unset: bool = False) -> str:
    """The text as one word."""
    if not _needs_work(text, escape):
        return text
    return _Lexer(text, env, escape, keep_unset=keep_unset).run()[0]


def split(
    text: str, env: Mapping[str, str] = _EMPTY, escape: str = "\\", *, keep_unset: bool = False, raw: bool = False
) -> list[str]:
    """The text as words, split at blanks outside quotes; ``raw`` keeps quotes and escapes as they are written."""
    if not _needs_work(text, escape):
        return text.split()
    return _Lexer(text, env, escape, keep_unset=keep_unset, raw=raw).run()[1]


def unset_names(text: str, env: Mapping[str, str], escape: str = "\\") -> list[str]:
    """Variables that are used without a value and without a default, in the order of use."""
    lexer = _Lexer(text, env, escape, keep_unset=False)
    lexer.run()
    return list(lexer.unset)


def _needs_work(text: str, escape: str) -> bool:
    return any(mark in text for mark in ("'", '"', "$", escape))


class _Lexer:
    """One pass over the text; ``word`` and ``words`` are built side by side."""

    def __init__(self, text: str, env: Mapping[str, str], escape: str, *, keep_unset: bool, raw: bool = False) -> None:
        self.text, self.env, self.escape, self.keep_unset, self.raw = text, env, escape, keep_unset, raw
        self.at = 0
        self.depth = 0
        self.size = 0
        self.unset: dict[str, None] = {}

    def run(self) -> tuple[str, list[str]]:
        return self.until("", raw_escapes=self.raw)

    def until(self, stop: str, *, raw_escapes: bool) -> tuple[str, list[str]]:
        """The text up to ``stop``, which is consumed, as one word and as words; with "" for ``stop``, all text.
        Raises ValueError if ``stop`` is missing."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError("variables nested too deeply")
        whole: list[str] = []
        words = _Words()
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == stop:
                self.at += 1
                self.depth -= 1
                return "".join(whole), words.done()
            if char in "'\"$":
                part = self.single() if char == "'" else self.double() if char == '"' else self.dollar()
                words.spread(part) if char == "$" else words.add(part)
            elif char == self.escape:
                self.at += 1
                part = self.text[self.at : self.at + 1]
                self.at += 1
                part = char + part if raw_escapes else part
                words.add(part)
            else:
                end = self.at + 1
                while end < len(self.text) and self.text[end] not in ("'", '"', "$", self.escape, stop):
                    end += 1
                part = self.text[self.at : end]
                self.at = end
                words.spread(part)
            whole.append(part)
            self.size += len(part)
            if self.size > MAX_LENGTH:
                raise ValueError("text grows too large")
        self.depth -= 1
        if stop:
            raise ValueError(f"unexpected end while looking for {stop}")
        return "".join(whole), words.done()

    def single(self) -> str:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            raise ValueError("unexpected end while looking for a single quote")
        part = self.text[self.at : end + 1] if self.raw else self.text[self.at + 1 : end]
        self.at = end + 1
        return part

    def double(self) -> str:
        out = ['"'] if self.raw else []
        self.at += 1
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == '"':
                self.at += 1
                return "".join(out) + ('"' if self.raw else "")
            if char == "$":
                out.append(self.dollar())
                continue
            self.at += 1
            if char == self.escape:
                following = self.text[self.at : self.at + 1]
                self.at += 1
                if self.raw or following not in ("", '"', "$", self.escape):
                    out.append(char)
                out.append(following)
            else:
                out.append(char)
        raise ValueError("unexpected end while looking for a double quote")

    def dollar(self) -> str:
        self.at += 1
        if self.text[self.at : self.at + 1] != "{":
            name = self.name()
            return self.value(name, f"${name}") if name else "$"
        self.at += 1
        first = self.text[self.at : self.at + 1]
        if first in ("", "{", "}", ":"):
            raise ValueError("missing }" if not first else "bad substitution")
        name = self.name()
        mark = self.text[self.at : self.at + 1]
        self.at += 1
        if mark == "}":
            return self.value(name, f"${{{name}}}")
        if mark == "/":
            return self.replaced(name)
        null_is_unset = mark == ":"
        if null_is_unset:
            mark = self.text[self.at : self.at + 1]
            self.at += 1
        if not mark or mark not in "-+?#%" or (null_is_unset and mark in "#%"):
            raise ValueError(f"unsupported modifier {mark!r} of ${{{name}}}")
        word, _ = self.until("}", raw_escapes=mark in "#%")
        return self.modified(name, mark, word, null_is_unset=null_is_unset)

    def modified(self, name: str, mark: str, word: str, *, null_is_unset: bool) -> str:
        value = self.env.get(name)
        if value is None and self.keep_unset:
            return f"${{{name}{':' if null_is_unset else ''}{mark}{word}}}"
        there = value is not None and not (null_is_unset and value == "")
        if mark == "-":
            return value or "" if there else word
        if mark == "+":
            return word if there else ""
        if mark == "?":
            if not there:
                raise ValueError(f"{name}: {word or 'is not allowed to be unset'}")
            return value or ""
        if value is None:
            self.unset[name] = None
        greedy = word.startswith(mark)
        return _trimmed(value or "", word[1:] if greedy else word, greedy=greedy, suffix=mark == "%")

    def replaced(self, name: str) -> str:
        every = self.text[self.at : self.at + 1] == "/"
        self.at += every
        pattern, _ = self.until("/", raw_escapes=True)
        text, _ = self.until("}", raw_escapes=True)
        value = self.env.get(name)
        if value is None:
            self.unset[name] = None
            return f"${{{name}/{'/' if every else ''}{pattern}/{text}}}" if self.keep_unset else ""
        return _replaced(value, _pieces(pattern), text, every=every)

    def value(self, name: str, written: str) -> str:
        value = self.env.get(name)
        if value is None:
            self.unset[name] = None
            return written if self.keep_unset else ""
        return value

    def name(self) -> str:
        first = self.text[self.at : self.at + 1]
        if first.isdecimal():
            end = self.at + 1
            while end < len(self.text) and self.text[end].isdecimal():
                end += 1
        elif first and first in _SPECIAL:
            end = self.at + 1
        else:
            end = self.at
            while end < len(self.text) and (self.text[end].isalnum() or self.text[end] == "_"):
                end += 1
        name = self.text[self.at : end]
        self.at = end
        return name


class _Words:
    def __init__(self) -> None:
        self.words: list[str] = []
        self.parts: list[str] | None = None  # of the current word; None between words

    def add(self, text: str) -> None:
        """Appends a part to the current word; blanks in ``text`` do not end the word."""
        if self.parts is None:
            self.parts = []
        self.parts.append(text)

    def spread(self, text: str) -> None:
        """Appends a text whose blanks end words, such as the value of an unquoted variable."""
        if not text:
            return
        pieces = text.split()
        if text[0].isspace():
            self.end()
        for index, piece in enumerate(pieces):
            if index:
                self.end()
            self.add(piece)
        if text[-1].isspace():
            self.end()

    def end(self) -> None:
        if self.parts is not None:
            word = "".join(self.parts)
            if word:
                self.words.append(word)
            self.parts = None

    def done(self) -> list[str]:
        self.end()
        return self.words


def _trimmed(value: str, pattern: str, *, greedy: bool, suffix: bool) -> str:
    """The value without the shortest or longest prefix or suffix that matches."""
    pieces = _pieces(pattern)
    if len(value) ** 2 * len(pieces) > MAX_STEPS:
        raise ValueError("pattern too costly")
    lengths = range(len(value), -1, -1) if greedy else range(len(value) + 1)
    for length in lengths:
        part = value[len(value) - length :] if suffix else value[:length]
        if _fits(part, pieces):
            return value[: len(value) - length] if suffix else value[length:]
    return value


def _replaced(value: str, pieces: list[str], text: str, *, every: bool) -> str:
    if len(value) ** (pieces.count("*") + 1) > MAX_STEPS:  # the cost of backtracking
        raise ValueError("pattern too costly")
    expression = re.compile("".join({"*": ".*", "?": "."}.get(piece, re.escape(piece[1:])) for piece in pieces), re.DOTALL)
    return expression.sub(lambda _: text, value, count=0 if every else 1)


def _pieces(pattern: str) -> list[str]:
    """The parts of a pattern: ``*`` and ``?`` as themselves, every other character after a mark."""
    pieces: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
            char = pattern[at : at + 1]
            if not char:
                raise ValueError("a pattern ends with an escape character")
            pieces.append("=" + char)
        elif char == "*" and pieces[-1:] == ["*"]:
            pass
        else:
            pieces.append(char if char in "*?" else "=" + char)
        at += 1
    return pieces


def _fits(text: str, pieces: list[str]) -> bool:
    """Whether the whole text matches the pattern, in time linear in the product of both lengths."""
    at = piece = 0
    star, mark = -1, 0
    while at < len(text):
        if piece < len(pieces) and pieces[piece] in ("?", "=" + text[at]):
            at, piece = at + 1, piece + 1
        elif piece < len(pieces) and pieces[piece] == "*":
            star, mark = piece, at
            piece += 1
        elif star >= 0:
            mark += 1
            at, piece = mark, star + 1
        else:
            return False
    return all(rest == "*" for rest in pieces[piece:])

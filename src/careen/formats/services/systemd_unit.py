"""systemd unit files and Podman Quadlets -> their settings, with the words of a value and their lines.

Shape: ``[Section]``, ``Key=Value``; a backslash at the end continues the value; comments begin with ``#`` or ``;``.
Raises: ValueError if the text is not a unit file, or exceeds the limit.
**Source:** systemd.syntax(7), systemd.service(5) "Command lines"; systemd.unit(5).
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from careen.errors import FileLimitError
from careen.formats.shell.run_command import Word

MAX_SETTINGS = 10_000
_SECTION = re.compile(r"\[([^\]]{1,100})\]\s*")
_WORD = re.compile(r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:[^\s"'\\]|\\.)+))""", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "s": " ", "r": "\r"}


class Setting(Struct, frozen=True):
    """One ``Key=Value`` of a section. ``parts`` are the lines of the value: (line, text)."""

    section: str
    key: str
    parts: tuple[tuple[int, str], ...]

    @property
    def line(self) -> int:
        return self.parts[0][0]

    @property
    def value(self) -> str:
        return " ".join(text for _, text in self.parts).strip()

    def words(self) -> list[Word]:
        """The value split as systemd splits a command line; a quoted word over several lines is split."""
        return [Word(word, line) for line, text in self.parts for word in _split(text)]

    def is_on(self) -> bool:
        return self.value.lower() in ("1", "yes", "true", "on", "y", "t")


def read(text: str) -> tuple[Setting, ...]:
    found = []
    for setting in _settings(text):
        found.append(setting)
        if len(found) > MAX_SETTINGS:
            raise FileLimitError(f"over {MAX_SETTINGS} settings")
    if not found:
        raise ValueError("not a unit file: it has no [Section] with a setting")
    return tuple(found)


def _settings(text: str) -> Iterator[Setting]:
    section = ""
    key = ""
    parts: list[tuple[int, str]] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        row = raw.strip()
        if row.startswith(("#", ";")) or (not row and not parts):
            continue  # also between the lines of a value
        goes_on = row.endswith("\\")
        bare = row.removesuffix("\\").strip()
        if parts:
            parts.append((number, bare))
        elif match := _SECTION.fullmatch(row):
            section = match[1]
            continue
        else:
            key, equals, value = bare.partition("=")
            if not equals or not section:
                continue
            parts = [(number, value.strip())]
        if not goes_on:
            yield Setting(section, key.strip(), tuple(parts))
            parts = []
    if parts:
        yield Setting(section, key.strip(), tuple(parts))


def _split(text: str) -> Iterator[str]:
    here = 0
    while here < len(text):
        if text[here].isspace():
            here += 1
            continue
        word = ""
        while match := _WORD.match(text, here):
            quoted = match[1] if match[1] is not None else match[2]
            word += _unescaped(quoted if quoted is not None else match[3])
            here = match.end()
        if here < len(text) and not text[here].isspace():  # an unclosed quote
            word += text[here:]
            here = len(text)
        yield word


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)

"""The version of a program that no rule is about, if a text has it next to the program's own name.

``patchelf 0.18.0``, ``Foo version 1.2``, ``foo/1.2.3``, the constants ``GNU grep`` and ``3.11`` side by side, and build
paths such as ``/foo-1.2.3/``. Two numbers that differ are none. Names of protocols and formats are not searched: HTTP/1.1 is
no version of a program ``http``.
"""

import re

from careen.safety.pattern import pattern

MAX_PLACES = 2000  # of the name in one file
LONGEST_BYTES = 128

VERSION = rb"\d{1,4}\.\d{1,4}(?:\.\d{1,5}){0,2}(?:-?(?:alpha|beta|rc|pre|dev)[.-]?\d{0,4}|p\d{1,2})?"
_VERSION = rb"v?(" + VERSION + rb")"
_STATED = pattern(rb"(?:(?: (?:[Vv]ersion|VERSION|ver\.?|release):?)? |/)" + _VERSION + rb"(?=[\x00\n\r (\"'),])")
_BUILT_IN = pattern(rb"[/-](\d{1,4}\.\d{1,4}\.\d{1,5}(?:\.\d{1,5})?)(?=[/\x00])")
_BESIDE = pattern(rb"\x00" + _VERSION + rb"\x00")
_BEFORE = pattern(rb".*\x00" + _VERSION + rb"\x00(GNU )?", re.DOTALL)
_NAME = pattern(r"([A-Za-z][A-Za-z0-9_+-]{2,40}?)(?:[-.]?\d{1,4}(?:\.\d{1,4}){1,3}|[-.]\d{1,4})?")
_OTHERS = frozenset(
    ("html", "http", "https", "ipp", "json", "kernel", "linux", "openmp", "pdf", "posix", "rtsp", "sip", "soap", "ssl", "tls",
     "unicode", "vulkan", "xml")
)  # fmt: skip


class OwnName:
    def __init__(self, name: str) -> None:
        self.name = name
        spellings = dict.fromkeys((name, name.lower(), name.upper(), name.capitalize()))
        self._words = tuple(spelling.encode() for spelling in spellings)
        self._places = 0
        self._beside: set[bytes] = set()
        self._stated: set[bytes] = set()

    def search(self, data: bytes) -> None:
        for word in self._words:
            at = data.find(word, 1)
            while at >= 0 and self._places < MAX_PLACES:
                self._places += 1
                self._note(data, at, at + len(word))
                at = data.find(word, at + len(word))

    def version(self) -> tuple[str, str] | None:
        """Name and version."""
        found = self._beside or self._stated
        return (self.name, next(iter(found)).decode()) if len(found) == 1 else None

    def _note(self, data: bytes, start: int, end: int) -> None:
        before = data[start - 1]
        if before == ord("/"):
            self._add(self._stated, _BUILT_IN.match(data, end, end + LONGEST_BYTES))
        elif not (chr(before).isalnum() or before in b"_-."):
            self._add(self._stated, _STATED.match(data, end, end + LONGEST_BYTES))
            if data[end : end + 1] == b"\0":
                self._note_neighbours(data, start, end)

    def _note_neighbours(self, data: bytes, start: int, end: int) -> None:
        """A number of two parts is the version only beside the name of a GNU package: programs have many such numbers."""
        gnu = data.endswith(b"\0GNU ", 0, start)
        after = _BESIDE.match(data, end, end + LONGEST_BYTES) if gnu or data[start - 1] == 0 else None
        before = _BEFORE.fullmatch(data, max(0, start - 32), start)
        for match in (after, before):
            if match and (gnu or match[1].count(b".") > 1):
                self._beside.add(match[1])

    def _add(self, found: set[bytes], match: re.Match[bytes] | None) -> None:
        if match:
            found.add(match[1])


def own_name(file_name: str) -> OwnName | None:
    """The name of a program by the name of its file, without the numbers at its end; None if that is not its own name."""
    found = _NAME.fullmatch(file_name.removesuffix(".exe"))
    return OwnName(found[1]) if found and found[1].lower() not in _OTHERS else None

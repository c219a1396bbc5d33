"""The version of a program or library that no rule is about, if a text has it next to the file's own name.

``patchelf 0.18.0``, ``Foo version 1.2``, ``foo/1.2.3``, the constants ``GNU grep`` and ``3.11`` side by side, and build
paths such as ``/foo-1.2.3/``; for ``libfoo.so.4.5.6`` also ``libfoo 1.2.3``. ``busctl (systemd) 257.13`` names the
product, too. Two numbers that differ are none. Names of protocols and formats are not searched: HTTP/1.1 is no version of a
program ``http``.

A file without such a text is of the only version among its constants, if it names a version at all. Versions that its
callees compare with their own (zlib's, libpng's), of kernels and of a compiler named beside them are not counted, nor are
network addresses, nor those of Unicode in libraries.
"""

import re
from collections.abc import Iterable

from careen.safety.pattern import pattern

MAX_PLACES = 2000  # of the name in one file
LONGEST_BYTES = 128

VERSION = rb"\d{1,4}\.\d{1,4}(?:\.\d{1,5}){0,2}(?:-?(?:alpha|beta|rc|pre|dev)[.-]?\d{0,4}|p\d{1,2}|[a-z])?"
_VERSION = rb"v?(" + VERSION + rb")"
_STATED = pattern(rb"(?:(?:,? (?:[Vv]ersion|VERSION|ver\.?|release):?)? |/)" + _VERSION + rb"(?=[\x00\n\r (\"'),])")
_BUILT_IN = pattern(rb"[/-](\d{1,4}\.\d{1,4}\.\d{1,5}(?:\.\d{1,5})?)(?=[/\x00])")
_BESIDE = pattern(rb"\x00" + _VERSION + rb"\x00")
_FORMAT = pattern(rb"[ ,:]{1,2}(?:\([A-Za-z0-9 ._+-]{1,40}\) )?(?:[Vv]ersion:? )?v?%s(?=[\x00\n\r ,(])[^\x00]{0,60}(\x00{1,8})")
_FROM, _GNU = b"%s from %s\n\0", b"\0GNU "
_NAMED = pattern(rb"\x00([A-Za-z][A-Za-z0-9_+-]{1,40}) v?(" + VERSION + rb")\x00")
_OF_GNU = pattern(rb"\x00GNU ([A-Za-z][A-Za-z0-9+-]{1,30})\x00")
_BEFORE = pattern(rb".*\x00" + _VERSION + rb"\x00(GNU )?", re.DOTALL)
_PRODUCT = pattern(rb" \((?:GNU )?([A-Za-z][A-Za-z0-9_+.-]{1,40}(?: [A-Za-z]{1,20})?)\) v?(" + VERSION + rb")(?=[\x00\n\r ])")
_LONE = pattern(r"\d{1,4}\.\d{1,4}\.\d{1,5}(?:\.\d{1,8}|-?(?:alpha|beta|rc|pre|dev|stable)[.-]?\d{0,4}|p\d{1,2})?")
_KERNELS, _UNICODE = pattern(r"2\.[46]\.\d{1,3}"), pattern(r"1\d\.0\.0")
_ADDRESS = pattern(r"0\.0\.0\.0|(?:(?:127|2[2-5]\d)\.\d{1,3}|169\.254|192\.168)(?:\.\d{1,3}){2}")
_COMPILERS = (b"\0gcc ", b"\0clang ")
_OF_CALLEES = ((b"flateInit", pattern(r"1\.[23]\.\d{1,2}(?:\.\d)?")), (b"png_create_", pattern(r"1\.\d\.\d{1,2}")))
_LIBRARY = pattern(r"lib([A-Za-z][A-Za-z0-9_+-]{2,40}?)(?:-[0-9a-f]{8})?(?:-\d{1,4}(?:\.\d{1,4}){0,3})?\.so(?:\.[\d.]{1,20})?")
_RELEASE_IN_NAME = pattern(r"(lib[A-Za-z][A-Za-z0-9_+-]{1,40}?)-(\d{1,3}\.\d{1,4}(?:\.\d{1,4})?)\.so")
_NAME = pattern(r"([A-Za-z][A-Za-z0-9_+-]{2,40}?)(?:[-.]?\d{1,4}(?:\.\d{1,4}){1,3}|[-.]\d{1,4})?")
_OTHERS = frozenset(
    ("html", "http", "https", "ipp", "json", "kernel", "linux", "openmp", "pdf", "posix", "rtsp", "sip", "soap", "ssl", "tls",
     "unicode", "vulkan", "xml")
)  # fmt: skip


class OwnName:
    """``texts``: the constants that are versions on their own, in the order in which they are added."""

    def __init__(self, name: str, names: tuple[str, ...] = (), release: str = "") -> None:
        self.name = name
        self._release = release  # in the name of the file
        self._words = tuple(dict.fromkeys(word.lower().encode() for word in names or (name,)))
        self._spellings = {
            spelling.encode() for word in names or (name,) for spelling in (word, word.lower(), word.upper(), word.capitalize())
        }
        self._places = 0
        self._beside: set[bytes] = set()
        self._stated: set[bytes] = set()
        self._products: set[tuple[bytes, bytes]] = set()
        self._speaks_of_versions = False
        self._callees: set[bytes] = set()
        self._compilers: set[str] = set()

    def search(self, data: bytes) -> None:
        lower = data.lower()  # once: less than to search for each spelling
        for word in self._words:
            at = lower.find(word, 1)
            while at >= 0 and self._places < MAX_PLACES:
                end = at + len(word)
                if data[at:end] in self._spellings:
                    self._places += 1
                    self._note(data, at, end)
                at = lower.find(word, end)
        self._speaks_of_versions = self._speaks_of_versions or b"version" in lower
        self._note_products(data)
        self._note_compilers(data)

    def search_callees(self, data: bytes) -> None:
        self._callees.update(callee for callee, _ in _OF_CALLEES if callee in data)

    def version(self) -> tuple[str, str] | None:
        """Name and version."""
        if self._release:
            return self.name, self._release
        if len(self._products) == 1:
            name, version = next(iter(self._products))
            return name.decode(), version.decode()
        found = self._beside or self._stated
        return (self.name, next(iter(found)).decode()) if len(found) == 1 else None

    def only_version(self, texts: Iterable[str]) -> tuple[str, str] | None:
        """Name, and the only version among the constants."""
        if self._stated or self._beside or self._products or not self._speaks_of_versions:
            return None
        found = {
            text
            for text in texts
            if _LONE.fullmatch(text) and not (_KERNELS.fullmatch(text) or _ADDRESS.fullmatch(text) or text in self._compilers)
        }
        if self.name.startswith("lib"):
            found = {text for text in found if not _UNICODE.fullmatch(text)}
        for callee, versions in _OF_CALLEES:
            if callee in self._callees:
                found = {text for text in found if not versions.fullmatch(text)}
        return (self.name, next(iter(found))) if len(found) == 1 else None

    def _note(self, data: bytes, start: int, end: int) -> None:
        before = data[start - 1]
        if before == ord("/"):
            self._add(self._stated, _BUILT_IN.match(data, end, end + LONGEST_BYTES))
        elif not (chr(before).isalnum() or before in b"_-."):
            self._add(self._stated, _STATED.match(data, end, end + LONGEST_BYTES))
            if product := _PRODUCT.match(data, end, end + LONGEST_BYTES):
                self._products.add((product[1], product[2]))
            if data[end : end + 1] == b"\0":
                self._note_neighbours(data, start, end)
            elif before == 0 and (written := _FORMAT.match(data, end, end + LONGEST_BYTES)):
                self._note_next_to_format(data, start, written.end() - 1)

    def _note_products(self, data: bytes) -> None:
        """``find`` is of the constants ``GNU findutils`` and ``4.10.0``, ``free`` of ``%s from %s`` and ``procps-ng 4.0.4``."""
        at = data.find(_FROM)
        if at >= 0:
            around = data[max(0, at - LONGEST_BYTES) : at + LONGEST_BYTES]
            self._products.update(_NAMED.findall(around))
        at = data.find(_GNU)
        if at >= 0 and (gnu := _OF_GNU.match(data, at)):
            end = gnu.end() - 1
            for match in (_BESIDE.match(data, end, end + LONGEST_BYTES), _BEFORE.fullmatch(data, max(0, at - 31), at + 1)):
                if match:
                    self._products.add((gnu[1], match[1]))

    def _note_compilers(self, data: bytes) -> None:
        """UnZip prints ``12.4.0`` after ``gcc``, with which it was compiled: the constant before is the compiler's version."""
        for compiler in _COMPILERS:
            at = data.find(compiler)
            if at >= 0 and (before := _BEFORE.fullmatch(data, max(0, at - 31), at + 1)):
                self._compilers.add(before[1].decode())

    def _note_neighbours(self, data: bytes, start: int, end: int) -> None:
        """A number of two parts is the version only beside the name of a GNU package: programs have many such numbers."""
        gnu = data.endswith(b"\0GNU ", 0, start)
        after = _BESIDE.match(data, end, end + LONGEST_BYTES) if gnu or data[start - 1] == 0 else None
        before = _BEFORE.fullmatch(data, max(0, start - 32), start)
        for match in (after, before):
            if match and (gnu or match[1].count(b".") > 1):
                self._beside.add(match[1])

    def _note_next_to_format(self, data: bytes, start: int, end: int) -> None:
        """``foo %s`` is written with the constant before or after it."""
        for match in (_BESIDE.match(data, end, end + LONGEST_BYTES), _BEFORE.fullmatch(data, max(0, start - 32), start)):
            if match and match.groups()[1:2] != (b"GNU ",):
                self._beside.add(match[1])

    def _add(self, found: set[bytes], match: re.Match[bytes] | None) -> None:
        if match:
            found.add(match[1])


def own_name(file_name: str) -> OwnName | None:
    """The name of a program or library by the name of its file, without the numbers at its end; None if that is not its own
    name."""
    if release := _RELEASE_IN_NAME.fullmatch(file_name):
        return OwnName(release[1], (release[1], release[1].removeprefix("lib")), release[2])
    if library := _LIBRARY.fullmatch(file_name):
        names = (f"lib{library[1]}", library[1])
        return OwnName(names[0], names if library[1].lower() not in _OTHERS else names[:1])
    found = _NAME.fullmatch(file_name.removesuffix(".exe"))
    return OwnName(found[1]) if found and found[1].lower() not in _OTHERS else None

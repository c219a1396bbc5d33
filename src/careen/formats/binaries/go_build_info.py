"""The texts that the Go toolchain writes into an executable: its own version, and the modules that were linked in.

``BuildInfoScan`` is fed the file as a stream and keeps next to nothing of it. Since Go 1.18 both texts follow the
marker. Before, the marker holds the addresses of two string headers further on, which point back to texts that went
by: so all that looks like a version, or has the marks around a module text, is noted on the way, and the addresses,
turned into offsets by the program headers, later select the right ones.
Raises ValueError if the marker is there and its targets cannot be found.
**Source:** Go, src/debug/buildinfo/buildinfo.go (marker, both forms) and src/runtime/debug/mod.go (module text).
"""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from careen.safety.pattern import pattern

from .elf import note_bytes
from .go_constants import AFTER_BYTES, ANCHOR, BEFORE_BYTES, short_versions
from .segments import Mapping, Ranges, offset_of, within

MAX_TEXT_BYTES = 1 << 20
MAX_PARTS = 8  # markers and module texts: an executable has one of each, one that reads such files a few more
MAX_VERSIONS = 8192
MAX_MAIN_FILES = 8  # sources named main.go: an executable has one, and few packages have one, too

_BUILD_ID_NOTE = b"\x04\0\0\0Go\0\0"  # type and owner of the note, in the head of little-endian ELF files
_BUILD_ID_TEXT = b'\xff Go build ID: "'
MARKER = b"\xff Go buildinf:"
MODULES_START = bytes.fromhex("3077af0c9274080241e1c107e6d618e6")
MODULES_END = bytes.fromhex("f932433186182072008242104116d8f2")
_VERSION_START = b"go1."  # of releases; development versions before Go 1.18 are not searched
_OVERLAP_BYTES = len(MODULES_START) - 1
_HEADER_BYTES, _ALIGNMENT = 32, 16
_VERSION_BYTES = 160
_AFTER_BYTES = 2 << 10
_BEFORE_BYTES = 8 << 10
_RELEASE = rb"v?\d{1,4}\.\d{1,4}\.\d{1,5}(?:[-+~][0-9A-Za-z.+~-]{1,40})?"
# Numbers precede a value of -X, which is aligned: the last bytes of one may look like letters.
_DOT = pattern(rb"\.(?<=\d\.)\d")  # begins with a fixed byte, which is searched fast
_APART = pattern(rb"(?:.*[^\w.+-]|.*[^\x00 -~][A-Za-z])?", re.DOTALL)
_OF_A_NUMBER, _V = frozenset(b"0123456789"), ord("v")
_VALUE_ALIGNMENT = 4
_VERSION_AFTER = pattern(_RELEASE)
_VALUE = pattern(rb"(" + _RELEASE + rb")'?\x00")
_TOOLCHAIN = pattern(rb"go1\.\d{1,3}(?:\.\d{1,3}|(?:rc|beta)\d{1,2})?\x00")  # the runtime's own: others do not end with a NUL
_TOOLCHAIN_BYTES = 16
_WORDS_AFTER = 4
_RECORDED = pattern(
    r"\nmod\t[^\t\n]{1,400}\tv\d{1,9}\.\d{1,9}\.\d{1,9}[\t\n]"
)  # a release: nothing else shows the version better
_MAIN, _PATH_BYTES = b"/main.go", 240
Kind = Literal["marker", "modules", "version", "constants", "header"]
_NOTED: tuple[Kind, ...] = ("version", "constants")  # with what precedes them
_BIG_ENDIAN, _INLINE = 1, 2


class BuildInfo(Struct, frozen=True, gc=False):
    """What the Go toolchain wrote into an executable. ``version`` is "" if it could not be found; ``modules`` is ""
    if none were recorded.

    ``beside`` is the first version, or else the first text, after the toolchain's version, where the linker puts the values
    of ``-X``, each ended by zeros. It is the only record of them if paths are trimmed too. ``near`` lists the versions among
    the numbers before and after it, because the linker sorts these values by length. ``constants`` lists the versions among the
    short constants. ``main_files`` are the paths of sources with the name ``main.go``. All are empty if the modules have a
    release of the main one.
    """

    version: str
    modules: str
    beside: str = ""
    near: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    main_files: tuple[str, ...] = ()


def has_go_build_id(head: bytes) -> bool:
    """Whether an ELF file has the note of Go's linker. Raises ValueError for impossible headers."""
    return any(_BUILD_ID_NOTE in note for note in note_bytes(head))


def is_linked_by_go(head: bytes) -> bool:
    """Whether the file has the build ID of Go's linker: in a note, or in other formats than ELF before the code."""
    return has_go_build_id(head) if head.startswith(b"\x7fELF") else _BUILD_ID_TEXT in head


class BuildInfoScan:
    """Searches a stream for Go's build information.

    With ``only``, it searches only these ranges of the file, those that have the marker if there is one. Without ``versions``,
    it does not find what executables of toolchains before 1.18 have elsewhere: most files that are searched are not Go's.
    """

    def __init__(self, mappings: tuple[Mapping, ...], only: Ranges | None = None, *, versions: bool = True) -> None:
        self._mappings, self._only, self._versions = mappings, only, versions
        self._fed_bytes = 0
        self._tail = b""
        self._parts: list[_Part] = []  # still growing
        self._counts: dict[Kind, int] = {}
        self._texts: dict[int, bytes] = {}  # versions and module texts by their place
        self._before: dict[int, bytes] = {}  # what precedes versions
        self._main_files: set[bytes] = set()
        self._has_sources = False
        self._inline: list[tuple[bool, BuildInfo]] = []
        self._pointers: list[tuple[_Part, list[_Part | None]]] = []
        self._done = False

    @property
    def ranges(self) -> Ranges | None:
        return self._only

    def skip(self, size: int) -> None:
        self._fed_bytes, self._tail = self._fed_bytes + size, b""

    def feed(self, chunk: bytes, *, has_sources: bool = True) -> None:
        """``has_sources``: whether paths of sources may be in the chunk; the search for them takes time."""
        self._has_sources = has_sources and self._versions
        if self._done:
            return
        if self._only is None:
            self._take(chunk)
            return
        end = self._fed_bytes + len(chunk)
        for at, part in within(self._only, self._fed_bytes, chunk):
            if at != self._fed_bytes:
                self._fed_bytes, self._tail = at, b""
            self._take(part)
        if end != self._fed_bytes:
            self._fed_bytes, self._tail = end, b""

    def result(self) -> BuildInfo | None:
        """The build information of the executable; None if the stream contained none.

        The executable's own lies in a writable part of the file; others that it carries as data count only if this
        one is missing. Raises ValueError for a marker whose texts cannot be found.
        """
        for part in self._parts:
            if part.kind in _NOTED:  # the file ended soon after it
                self._texts[part.offset] = bytes(part.data)
        for own in (True, False):
            for here, info in self._inline:
                if here == own:
                    return self._with_neighbours(info)
            for marker, headers in self._pointers:
                followed = self._follow(marker, headers) if self._writable(marker) == own else None
                if followed:
                    return self._with_neighbours(followed)
        if self._pointers:
            raise ValueError("Go executable whose build information cannot be found")
        wrapped = [modules for text in self._texts.values() if (modules := _unwrapped(text)).startswith("path\t")]
        return BuildInfo("", wrapped[0]) if len(wrapped) == 1 else None  # without the marker, which some builds remove

    def _take(self, chunk: bytes) -> None:
        window, start = self._tail + chunk, self._fed_bytes - len(self._tail)
        waiting = [*self._parts, *self._begun(window, start)]
        self._parts = []
        for part in waiting:  # grows meanwhile: a marker needs two string headers
            part.extend(window, start)
            if not self._settle(part, waiting):
                self._parts.append(part)
        self._fed_bytes += len(chunk)
        self._tail = window[-(BEFORE_BYTES if self._versions else _OVERLAP_BYTES) :]

    def _with_neighbours(self, info: BuildInfo) -> BuildInfo:
        if _RECORDED.search(info.modules):
            return info
        version = info.version.partition(" ")[0].encode()
        near = {
            value
            for place, before in self._before.items()
            if version and (after := self._texts.get(place, b"")).startswith(version + b"\0")
            for value in _values(before + after, place - len(before))
        }
        regions = [(self._before[place], text) for place, text in self._texts.items() if text.startswith(ANCHOR)]
        constants = short_versions(*regions[0]) if len(regions) == 1 else ()
        main_files = tuple(sorted(map(_text, self._main_files)))
        return replace(info, beside=self._beside(version), near=tuple(sorted(near)), constants=constants, main_files=main_files)

    def _beside(self, version: bytes) -> str:
        for text in self._texts.values():
            if version and text.startswith(version + b"\0"):
                words = [word for word in text.split(b"\0") if word]
                while words and words[0] == version:  # the runtime may keep it twice
                    words.pop(0)
                ended = words if text.endswith(b"\0") else words[:-1]
                releases = [word for word in ended[:_WORDS_AFTER] if _VERSION_AFTER.fullmatch(word)]
                if ended:
                    return _text((releases or ended)[0])
        return ""

    def _begun(self, window: bytes, start: int) -> "Iterator[_Part]":
        """The markers and texts that begin in this window and not in the one before."""
        yield from self._seek("marker", MARKER, window, start, _HEADER_BYTES + 2 * MAX_TEXT_BYTES)
        yield from self._seek("modules", MODULES_START, window, start, MAX_TEXT_BYTES)
        if self._versions:
            yield from self._seek("version", _VERSION_START, window, start, _VERSION_BYTES)
            yield from self._seek("constants", ANCHOR, window, start, AFTER_BYTES)
        if self._has_sources:
            self._note_main_files(window)

    def _note_main_files(self, window: bytes) -> None:
        at = window.find(_MAIN, max(0, len(self._tail) - len(_MAIN)))
        while at >= 0 and len(self._main_files) < MAX_MAIN_FILES:
            path = window[max(0, at - _PATH_BYTES) : at].rpartition(b"\0")[2] + _MAIN
            if path.isascii() and len(path) < _PATH_BYTES and window[at + len(_MAIN) : at + len(_MAIN) + 1] == b"\0":
                self._main_files.add(path)
            at = window.find(_MAIN, at + 1)

    def _seek(self, kind: Kind, text: bytes, window: bytes, start: int, limit_bytes: int) -> "Iterator[_Part]":
        most = MAX_VERSIONS if kind == "version" else MAX_PARTS
        at = window.find(text, max(0, len(self._tail) - len(text) + 1))
        while at >= 0:
            # A marker that is not aligned is text in a program that itself searches for markers.
            if kind != "marker" or (start + at) % _ALIGNMENT == 0:
                count = self._counts[kind] = self._counts.get(kind, 0) + 1
                if count <= most:
                    is_toolchain = kind == "version" and _may_be_toolchain(window, at)
                    if kind == "constants":
                        self._before[start + at] = window[max(0, at - BEFORE_BYTES) : at]
                    elif is_toolchain:
                        self._before[start + at] = window[max(0, at - _BEFORE_BYTES) : at]
                    yield _Part(kind, start + at, _AFTER_BYTES if is_toolchain else limit_bytes)
            at = window.find(text, at + 1)

    def _settle(self, part: "_Part", waiting: "list[_Part]") -> bool:
        """Stores what a part contains, as far as it was read; true if the part needs no more data."""
        if part.kind == "modules":
            end = part.data.find(MODULES_END, part.searched_bytes)
            part.searched_bytes = max(0, len(part.data) - _OVERLAP_BYTES)
            if end >= 0:
                self._texts[part.offset] = bytes(part.data[: end + len(MODULES_END)])
                return True
        elif part.kind in _NOTED and part.full:
            self._texts[part.offset] = bytes(part.data)
        elif part.kind == "marker" and len(part.data) >= _HEADER_BYTES:
            if part.data[15] & _INLINE:
                return self._read_inline(part)
            waiting += self._read_pointers(part)
            return True
        return part.full

    def _read_inline(self, part: "_Part") -> bool:
        try:
            version, position = _counted(part.data, _HEADER_BYTES)
            modules, _ = _counted(part.data, position)
        except EOFError:
            return part.full
        except ValueError:
            return True
        if version.startswith((b"go", b"devel")):
            self._inline.append((self._writable(part), BuildInfo(_text(version), _unwrapped(modules))))
            self._done = self._writable(part)
        return True

    def _read_pointers(self, part: "_Part") -> "list[_Part]":
        width = part.data[14]
        if width not in (4, 8):
            return []
        headers: list[_Part | None] = []
        for at in (16, 16 + width):
            place = offset_of(self._mappings, part.number(at, width))
            headers.append(_Part("header", place, 2 * width) if place is not None and place > part.offset else None)
        self._pointers.append((part, headers))
        return [header for header in headers if header]

    def _follow(self, marker: "_Part", headers: "list[_Part | None]") -> BuildInfo | None:
        version, modules = (self._string(header, marker) for header in headers)
        if not modules:  # headers that the dynamic linker fills in are empty in the file
            wrapped = [text for text in self._texts.values() if text.startswith(MODULES_START)]
            modules = wrapped[0] if len(wrapped) == 1 else b""
        return BuildInfo(_text(version), _unwrapped(modules)) if version or modules else None

    def _string(self, header: "_Part | None", marker: "_Part") -> bytes:
        if header is None or not header.full:
            return b""
        width, big = marker.data[14], marker.data[15] & _BIG_ENDIAN
        place = offset_of(self._mappings, header.number(0, width, big))
        length = header.number(width, width, big)
        text = self._texts.get(place, b"") if place is not None else b""
        return text[:length] if 0 < length <= len(text) else b""

    def _writable(self, part: "_Part") -> bool:
        return any(
            mapping.writable and mapping.offset <= part.offset < mapping.offset + mapping.size_bytes
            for mapping in self._mappings
        )


class _Part:
    """Bytes of the stream that are needed: from an offset on, up to a limit."""

    def __init__(self, kind: Kind, offset: int, limit_bytes: int) -> None:
        self.kind, self.offset, self.limit_bytes = kind, offset, limit_bytes
        self.data = bytearray()
        self.searched_bytes = 0

    @property
    def full(self) -> bool:
        return len(self.data) >= self.limit_bytes

    def extend(self, window: bytes, start: int) -> None:
        at = self.offset + len(self.data) - start
        if 0 <= at < len(window):
            self.data += window[at : at + self.limit_bytes - len(self.data)]

    def number(self, at: int, width: int, big: int | None = None) -> int:
        big = self.data[15] & _BIG_ENDIAN if big is None else big
        return int.from_bytes(self.data[at : at + width], "big" if big else "little")


def _may_be_toolchain(window: bytes, at: int) -> bool:
    return at + _TOOLCHAIN_BYTES > len(window) or _TOOLCHAIN.match(window, at) is not None


def _values(data: bytes, start: int) -> Iterator[str]:
    """Versions that end with a NUL, in data that lies at ``start`` of the file."""
    for dot in _DOT.finditer(data):
        at = dot.start()
        while at and data[at - 1] in _OF_A_NUMBER:
            at -= 1
        if at and data[at - 1] == _V:
            at -= 1
        if data.endswith((b"go", b"."), 0, at):
            continue
        found = _VALUE.match(data, at)
        if found and ((start + at) % _VALUE_ALIGNMENT == 0 or _APART.fullmatch(data, max(0, at - 2), at)):
            yield _text(found[1])


def _counted(data: bytearray, position: int) -> tuple[bytes, int]:
    """The text at ``position``, which follows its length, and the position after it. Raises EOFError if it is not
    complete yet."""
    length = shift = 0
    while True:
        if position >= len(data):
            raise EOFError
        byte = data[position]
        length |= (byte & 0x7F) << shift
        position += 1
        shift += 7
        if byte < 0x80:
            break
        if shift > 28:
            raise ValueError("an impossible length")
    if length > MAX_TEXT_BYTES:
        raise ValueError("a text over the limit")
    if position + length > len(data):
        raise EOFError
    return bytes(data[position : position + length]), position + length


def _unwrapped(modules: bytes) -> str:
    """The module text without the marks of 16 bytes around it; "" unless it ends with a newline, as each does."""
    return _text(modules[16:-16]) if len(modules) >= 33 and modules[-17:-16] == b"\n" else ""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")

"""The parts of its source that compiled Python contains: texts among its constants, and names of its functions and classes.

A ``.pyc`` file is a header and one marshalled code object, whose constants contain the others. It is not unmarshalled: its
objects are read one after the other, without recursion, and only texts are kept. Raises: ValueError for a file that is
damaged, is of an unknown version, or has more than ``MAX_OBJECTS``.
**Source:** CPython's ``Python/marshal.c`` and ``Include/internal/pycore_code.h``, 2.7 to 3.14; PEP 552.
"""

from collections.abc import Callable, Iterator, Sequence
from struct import unpack_from

from msgspec import Struct

from .source import STRING_BYTES

MAX_OBJECTS = 1_000_000
MAGIC_END = b"\r\n"
_REFERENCE = 0x80
_CONSTANT, _NAME, _OTHER = "constant", "name", "other"
_SIZES = {b"N": 0, b"F": 0, b"T": 0, b"S": 0, b".": 0, b"i": 4, b"g": 8, b"y": 16}
_TEXTS = b"stuaAzZ"
_SHORT = b"zZ)"
_CONTAINERS = b"()[<>"


class _Code(Struct, frozen=True):
    """The layout of a code object: the count of numbers at its start, then its parts; ``#`` among the parts is a
    number."""

    numbers: int
    parts: tuple[str, ...]


_BEFORE_3_11 = (_OTHER, _CONSTANT, _OTHER, _OTHER, _OTHER, _OTHER, _OTHER, _NAME, "#", _OTHER)
_SINCE_3_11 = (_OTHER, _CONSTANT, _OTHER, _OTHER, _OTHER, _OTHER, _NAME, _OTHER, "#", _OTHER, _OTHER)


def is_bytecode(path: str, data: bytes) -> bool:
    return path.endswith(".pyc") and data[2:4] == MAGIC_END


def constants_and_names(data: bytes) -> tuple[frozenset[bytes], frozenset[bytes]]:
    start, code = _version(data)
    constants: set[bytes] = set()
    names: set[bytes] = set()
    for role, text in _Walk(data, start, code).texts():
        if role == _CONSTANT and len(text) in STRING_BYTES:
            constants.add(text)
        elif role == _NAME and len(text) > 3 and not text.startswith(b"<"):
            names.add(text)
    return frozenset(constants), frozenset(names)


def _version(data: bytes) -> tuple[int, _Code]:
    """The offset at which the code object begins, and the layout of code objects of this version."""
    if len(data) < 16 or data[2:4] != MAGIC_END:
        raise ValueError("not compiled Python")
    magic = int.from_bytes(data[:2], "little")
    if magic > 50_000:
        return 8, _Code(4, _BEFORE_3_11)
    header = 16 if magic >= 3390 else 12 if magic >= 3190 else 8
    if magic >= 3450:
        return header, _Code(5, _SINCE_3_11)
    return header, _Code(6 if magic >= 3400 else 5, _BEFORE_3_11)


class _Walk:
    def __init__(self, data: bytes, start: int, code: _Code) -> None:
        self._data = data
        self._at = start
        self._code = code
        self._known: list[bytes | None] = []  # the objects that a reference may name; only texts are of use
        self._interned: list[bytes] = []  # of Python 2
        self._roles = [_CONSTANT]  # of the objects that follow, the last one first

    def texts(self) -> Iterator[tuple[str, bytes]]:
        for _ in range(MAX_OBJECTS):
            if not self._roles:
                return
            role = self._roles.pop()
            if role == "#":
                self._take(4)
                continue
            text = self._object(role)
            if text is not None:
                yield role, text
        raise ValueError(f"more than {MAX_OBJECTS} objects")

    def _object(self, role: str) -> bytes | None:
        first = self._take(1)[0]
        kind = bytes((first & ~_REFERENCE,))
        read = _READERS.get(kind)
        if read is None:
            raise ValueError(f"an unknown object in compiled Python, {kind!r}")
        place = len(self._known)
        if first & _REFERENCE:
            self._known.append(None)
        text = read(self, kind, role)
        if first & _REFERENCE:
            self._known[place] = text
        return text

    def _plain(self, kind: bytes, _: str) -> None:
        self._take(_SIZES[kind])

    def _text(self, kind: bytes, _: str) -> bytes:
        text = self._take(self._size(kind))
        if kind == b"t":
            self._interned.append(text)
        return text

    def _number(self, kind: bytes, _: str) -> None:
        if kind == b"l":
            self._take(2 * abs(unpack_from("<i", self._take(4))[0]))
        else:  # as text, of old versions: one, or two of a complex number
            for _each in range(1 if kind == b"f" else 2):
                self._take(self._take(1)[0])

    def _container(self, kind: bytes, role: str) -> None:
        self._expect([role] * self._size(kind))

    def _code_object(self, _: bytes, __: str) -> None:
        self._take(4 * self._code.numbers)
        self._expect(list(reversed(self._code.parts)))

    def _slice(self, _: bytes, role: str) -> None:
        self._expect([role] * 3)

    def _reference(self, kind: bytes, _: str) -> bytes | None:
        at: int = unpack_from("<I", self._take(4))[0]
        known: Sequence[bytes | None] = self._interned if kind == b"R" else self._known
        if at >= len(known):
            raise ValueError("compiled Python refers to an object that it does not have")
        return known[at]

    def _expect(self, roles: list[str]) -> None:
        self._roles += roles
        if len(self._roles) > len(self._data) - self._at:  # each has a byte at least
            raise ValueError("compiled Python with more objects than bytes")

    def _size(self, kind: bytes) -> int:
        size: int = self._take(1)[0] if kind in _SHORT else unpack_from("<I", self._take(4))[0]
        if size > len(self._data):
            raise ValueError("compiled Python with an impossible size")
        return size

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise ValueError("compiled Python that is cut short")
        self._at += size
        return taken


_Reader = Callable[[_Walk, bytes, str], bytes | None]
_READERS: dict[bytes, _Reader] = {
    **dict.fromkeys(_SIZES, _Walk._plain),
    **{bytes((kind,)): _Walk._text for kind in _TEXTS},
    **{bytes((kind,)): _Walk._container for kind in _CONTAINERS},
    **dict.fromkeys((b"l", b"f", b"x"), _Walk._number),
    **dict.fromkeys((b"r", b"R"), _Walk._reference),
    b"c": _Walk._code_object,
    b":": _Walk._slice,
}

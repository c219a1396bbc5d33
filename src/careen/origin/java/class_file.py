"""A class file: its names, its constants, and for each method the constants that its code uses, in order.

Bytes in ``Class`` are in modified UTF-8, as the file has them. Raises: ValueError for what is not a class file, is cut short
or refers to constants that it does not have. Code that no compiler writes ends the constants of its method.
**Source:** The Java Virtual Machine Specification, Java SE 21 edition, chapters 4 "The class File Format" and 6.5.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from careen.safety.pattern import pattern

MAGIC = b"\xca\xfe\xba\xbe"
OLDEST, NEWEST = 45, 100  # of major versions: fat Mach-O has the same magic number, and a small count in its place

_UTF8, _CLASS, _STRING, _DYNAMIC, _INVOKE_DYNAMIC = 1, 7, 8, 17, 18
_NUMBERS, _WIDE, _MEMBERS = (3, 4, 5, 6), (5, 6), (9, 10, 11)  # a wide constant takes two places
_SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
_NAME_AND_TYPE = 12
_U2, _U4 = struct.Struct(">H"), struct.Struct(">I")
_HEAD, _PAIR, _MEMBER, _ATTRIBUTE = struct.Struct(">4sHHH"), struct.Struct(">HH"), struct.Struct(">HHHH"), struct.Struct(">HI")


class Reference(NamedTuple):
    """A field or method that code uses; ``owner`` is its class, "" if that is decided when the program runs."""

    owner: bytes
    name: bytes
    descriptor: bytes


class ClassName(NamedTuple):
    name: bytes


class Text(NamedTuple):
    value: bytes


class Number(NamedTuple):
    """A number as the file has it, with its tag before it."""

    value: bytes


Constant = Reference | ClassName | Text | Number


class Instructions(NamedTuple):
    """Instructions without constants, and the constant that the instruction after them uses; None at the end of the
    code."""

    opcodes: bytes
    constant: Constant | None


class Member(NamedTuple):
    """A field or method. ``code`` is empty for a field, and for a method without a body."""

    access: int
    name: bytes
    descriptor: bytes
    code: tuple[Instructions, ...] = ()


class Class(NamedTuple):
    name: bytes
    parent: bytes
    interfaces: tuple[bytes, ...]
    fields: tuple[Member, ...]
    methods: tuple[Member, ...]
    texts: tuple[bytes, ...]  # each string constant, in the order of the file


def is_class(data: bytes) -> bool:
    return data[:4] == MAGIC and len(data) > 10 and OLDEST <= int.from_bytes(data[6:8], "big") <= NEWEST


def read_class(data: bytes) -> Class:
    if not is_class(data):
        raise ValueError("not a class file")
    try:
        return _Reader(data).read()
    except (IndexError, struct.error) as error:
        raise ValueError(f"class file: cut short or damaged: {error}") from None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pool = _Pool(data)
        self._at = self._pool.end

    def read(self) -> Class:
        pool = self._pool
        _, this, parent = (self._short() for _ in range(3))
        interfaces = tuple(pool.class_name(self._short()) for _ in range(self._short()))
        fields = tuple(self._members(with_code=False))
        methods = tuple(self._members(with_code=True))
        return Class(
            pool.class_name(this), pool.class_name(parent) if parent else b"", interfaces, fields, methods, pool.texts()
        )

    def _members(self, *, with_code: bool) -> Iterator[Member]:
        for _ in range(self._short()):
            access, name, descriptor, attributes = _MEMBER.unpack_from(self._data, self._at)
            self._at += _MEMBER.size
            code: tuple[Instructions, ...] = ()
            for _ in range(attributes):
                label, size = _ATTRIBUTE.unpack_from(self._data, self._at)
                start = self._at + _ATTRIBUTE.size
                if with_code and self._pool.utf8(label) == b"Code" and size > 8 and not code:
                    length = _U4.unpack_from(self._data, start + 4)[0]
                    code = tuple(_instructions(self._data[start + 8 : min(start + 8 + length, start + size)], self._pool))
                self._at = start + size
                if self._at > len(self._data):
                    raise ValueError("class file: cut short")
            yield Member(access, self._pool.utf8(name), self._pool.utf8(descriptor), code)

    def _short(self) -> int:
        value: int = _U2.unpack_from(self._data, self._at)[0]
        self._at += 2
        return value


class _Pool:
    """The constants, by their number; the content of each is read on first use."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        count = _HEAD.unpack_from(data)[3]
        self._tags, self._places = bytearray(count), [0] * count
        at, number = _HEAD.size, 1
        while number < count:
            tag = data[at]
            size = 2 + _U2.unpack_from(data, at + 1)[0] if tag == _UTF8 else _SIZES.get(tag, 0)
            if not size:
                raise ValueError(f"class file: constant {number} has the unknown tag {tag}")
            self._tags[number], self._places[number] = tag, at + 1
            at += 1 + size
            number += 2 if tag in _WIDE else 1
        self.end = at

    def utf8(self, number: int) -> bytes:
        at = self._place(number, _UTF8)
        return self._data[at + 2 : at + 2 + _U2.unpack_from(self._data, at)[0]]

    def class_name(self, number: int) -> bytes:
        return self.utf8(_U2.unpack_from(self._data, self._place(number, _CLASS))[0])

    def texts(self) -> tuple[bytes, ...]:
        return tuple(self._text(number) for number, tag in enumerate(self._tags) if tag == _STRING)

    def constant(self, number: int) -> Constant | None:
        """The constant with this number; None for kinds that reveal nothing about the origin: handles, types of methods."""
        tag = self._tags[number]
        at = self._places[number]
        if tag in _MEMBERS or tag in (_DYNAMIC, _INVOKE_DYNAMIC):
            owner, pair = _PAIR.unpack_from(self._data, at)
            name, descriptor = _PAIR.unpack_from(self._data, self._place(pair, _NAME_AND_TYPE))
            return Reference(self.class_name(owner) if tag in _MEMBERS else b"", self.utf8(name), self.utf8(descriptor))
        if tag == _CLASS:
            return ClassName(self.class_name(number))
        if tag == _STRING:
            return Text(self._text(number))
        return Number(self._data[at - 1 : at + _SIZES[tag]]) if tag in _NUMBERS else None

    def _text(self, number: int) -> bytes:
        return self.utf8(_U2.unpack_from(self._data, self._place(number, _STRING))[0])

    def _place(self, number: int, tag: int) -> int:
        if self._tags[number] != tag:
            raise ValueError(f"class file: constant {number} is not of tag {tag}")
        return self._places[number]


def _instructions(code: bytes, pool: _Pool) -> Iterator[Instructions]:
    at, begin = 0, 0
    while at < len(code):
        for match in _RUN.finditer(code, at):
            at = match.end()
            if not match.lastindex:  # the end, or a byte that is not an instruction
                at = len(code)
                break
            if match.lastindex == _SWITCH:
                at = _after_switch(code, at)
                break
            number = int.from_bytes(match[match.lastindex], "big")
            yield Instructions(code[begin : match.start(match.lastindex)], pool.constant(number))
            begin = at
    yield Instructions(code[begin:], None)


def _after_switch(code: bytes, at: int) -> int:
    """The position after the tables of a switch instruction, which are aligned to four bytes; ``at`` is the position
    after its opcode."""
    tables = (at + 3) & ~3
    if code[at - 1] == _TABLE_SWITCH:
        low, high = _SWITCH_HEAD.unpack_from(code, tables + 4)
        return tables + 12 + 4 * max(int(high) - int(low) + 1, 0)
    return tables + 8 + 8 * max(int(_SWITCH_HEAD.unpack_from(code, tables)[1]), 0)


_TABLE_SWITCH, _SWITCH = 0xAA, 5
_SWITCH_HEAD = struct.Struct(">ii")
# Instructions without a constant, then one with a constant or a table. Matches always, so that no byte is read twice.
_RUN = pattern(
    rb"(?s)(?:[\x00-\x0f\x1a-\x35\x3b-\x83\x85-\x98\xac-\xb1\xbe\xbf\xc2\xc3]++"
    rb"|[\x10\x15-\x19\x36-\x3a\xa9\xbc].|[\x11\x84\x99-\xa8\xc6\xc7]..|[\xc8\xc9]....|\xc4(?:\x84....|[^\x84]..))*+"
    rb"(?:[\x13\x14\xb2-\xb8\xbb\xbd\xc0\xc1](..)|\x12(.)|[\xb9\xba](..)..|\xc5(..).|([\xaa\xab]))?"
)

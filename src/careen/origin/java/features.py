"""The features of a class file that survive relocation, and mostly another compiler: packages are cut away.

| family    | feature                                                                           |
|-----------|-----------------------------------------------------------------------------------|
| file      | the whole class: names, descriptors, instructions and what they refer to          |
| literals  | string constants                                                                  |
| names     | fields and methods that it defines, alone and with the class (``Reader.close``)   |
| sequences | the texts, numbers, classes and members that its methods use, in order            |

Code that only the compiler makes is left out: bridges to private members, names of lambdas, joining of strings.
"""

import hashlib
import re
from collections.abc import Iterator

import numpy as np

from careen.safety.pattern import pattern

from ..sequences import sequences
from ..spans import HASH_BITS, Hashes, hashes_in_order, hashes_of
from .class_file import Class, ClassName, Instructions, Member, Number, Reference, Text

STRING_BYTES = range(5, 4096)
NAME_BYTES = range(4, 256)
SYNTHETIC = 0x1000
LEAST_OF_A_CLASS = 8  # members and uses of constants; smaller classes are alike by chance
_MADE = pattern(rb"(?:access|lambda|val|this|switch|class)\$|\$|values\Z|valueOf\Z")
_JOINS = frozenset((b"StringBuilder", b"StringBuffer"))
_CHECKS = frozenset((b"Objects.requireNonNull", b"Object.getClass", b"Class.desiredAssertionStatus"))
_JOINED_PARTS = pattern(rb"[\x01\x02]+")  # where values go in a text of parts
_JOINED = b"makeConcatWithConstants"
_QUALIFIED = pattern(rb"(?:[\w$]+[./])+[\w$]+")


def class_features(found: Class) -> dict[str, Hashes]:
    name = simple(found.name)
    members = [member.name for member in (*found.fields, *found.methods) if _is_written(member)]
    is_large = len(members) + sum(len(method.code) for method in found.methods) >= LEAST_OF_A_CLASS
    names = {name, *members, *(name + b"." + member for member in members)}
    texts = {unqualified(part) for text in found.texts for part in _JOINED_PARTS.split(text)}
    return {
        "file": np.array([_whole(found)] if is_large else [], np.uint64),
        "literals": hashes_of(text for text in texts if len(text) in STRING_BYTES),
        "names": hashes_of(text for text in names if len(text) in NAME_BYTES),
        "sequences": sequences(hashes_in_order(list(_in_order(found)))),
    }


def simple(name: bytes) -> bytes:
    """The name without its package: ``Reader$State`` for ``org/example/Reader$State``, ``Reader`` for ``[Lorg/Reader;``."""
    if name[:1] == b"[":
        name = name.lstrip(b"[").removeprefix(b"L").removesuffix(b";")
    return name.rpartition(b"/")[2]


def unqualified(text: bytes) -> bytes:
    """The text without its package if it is the name of a class, since relocation changes such texts; other texts
    unchanged."""
    return re.split(rb"[./]", text)[-1] if _QUALIFIED.fullmatch(text) else text


def _in_order(found: Class) -> Iterator[bytes]:
    yield from (field.name for field in found.fields if _is_written(field))
    for method in found.methods:
        if _is_written(method):
            yield method.name
        for part in method.code:
            text = _text(part.constant)
            if text:
                yield text[: STRING_BYTES.stop]


def _text(constant: "Reference | ClassName | Text | Number | None") -> bytes:
    """The text of a constant; b"" for a constant that another compiler would write otherwise."""
    if isinstance(constant, Reference):
        owner = simple(constant.owner)
        name = owner + b"." + constant.name
        is_made = owner in _JOINS or name in _CHECKS or constant.name == _JOINED or _MADE.match(constant.name)
        return b"" if is_made else name
    if isinstance(constant, ClassName):
        name = simple(constant.name)
        return b"" if name in _JOINS else b"new " + name
    if isinstance(constant, Text):
        return unqualified(constant.value)
    return constant.value if constant else b""


def _is_written(member: Member) -> bool:
    """Whether a member is in the source, and not only made by the compiler."""
    return not member.access & SYNTHETIC and not _MADE.match(member.name)


def _whole(found: Class) -> int:
    digest = hashlib.blake2b(digest_size=8)
    for name in (found.name, found.parent, *found.interfaces):
        digest.update(simple(name) + b"\0")
    for member in (*found.fields, *found.methods):
        digest.update(member.name + _descriptor(member.descriptor) + b"\1")
        for part in member.code:
            digest.update(part.opcodes + _exact(part) + b"\2")
    return int.from_bytes(digest.digest(), "big") >> (64 - HASH_BITS)


def _exact(part: Instructions) -> bytes:
    constant = part.constant
    if isinstance(constant, Reference):
        return simple(constant.owner) + b"." + constant.name + _descriptor(constant.descriptor)
    if isinstance(constant, ClassName):
        return simple(constant.name)
    if isinstance(constant, Text):
        return unqualified(constant.value)
    return constant.value if constant else b""


def _descriptor(descriptor: bytes) -> bytes:
    return _PACKAGES.sub(b"L", descriptor)


_PACKAGES = pattern(rb"L(?:[^;/]+/)+")

"""The version of a library without a version string: what its own functions return, the number in its file's name, or the
name of its debug file.

**Source:** GDB manual, "Separate Debug Files" (``.gnu_debuglink``); RPM, ``find-debuginfo``.
"""

import re
from collections.abc import Callable
from functools import cache

from careen.formats.binaries.constant_functions import Functions
from careen.safety.pattern import pattern

from .programs import Function, Program

_FILE_NUMBER = pattern(r"\.so\.(\d{1,5}(?:\.\d{1,5}){1,3})$")
_DEBUG_END = b".debug\x00"
_DEBUG_FILE = pattern(
    rb"(?:.*[^\w.+-])?(?P<file>lib[\w+-]{1,60}\.so(?:\.\d{1,5}){0,4})(?:\.[a-z]{1,20})?"
    rb"-(?P<version>\d[\w.~^]{0,40})-\d[\w.~^]{0,60}\.[a-z]\w{1,10}\.debug\x00",
    re.DOTALL | re.ASCII,
)
_DEBUG_BYTES = 256  # of such a name
MAX_DEBUG_FILES = 16  # names that are tried in one part of a file; a library has one
_PROTOBUF = pattern(r"(2[2-9]|3[0-2])\.0\.(\d{1,2})")  # of 3.11 to 3.21, which have a number of libtool for each minor version
_GNOME = pattern(r"0\.(\d{3,5})\.(\d{1,3})")
_TWO_NUMBERS_FROM = 100_000  # PostgreSQL 10 and later: 170004 is 17.4


def by_functions(program: Program, library: Functions) -> str | None:
    """The first version that one of the functions returns."""
    for function in program.functions:
        found = _version(function, program, library)
        if found and _exactly(program.version).fullmatch(found):
            return found
    return None


def by_file_name(program: Program, name: str) -> str | None:
    found = _FILE_NUMBER.search(name)
    if not found:
        return None
    if program.by_name.startswith("gnome "):
        return _of_gnome(program.by_name[-1], found[1])
    if program.by_name == "protobuf 3":
        return _of_protobuf(found[1])
    return found[1] if program.by_name else dict(program.releases).get(found[1])


def by_debug_file(program: Program, content: bytes) -> str | None:
    """The version in the name of the library's debug file: a Red Hat build names it after the package and the release
    (``libcurl.so.4.7.0-7.76.1-40.el9.x86_64.debug``), wherever a wheel carries the library to.
    """
    end = 0
    for _ in range(MAX_DEBUG_FILES if program.by_debug_file else 0):
        at = content.find(_DEBUG_END, end)
        if at < 0:
            return None
        end = at + len(_DEBUG_END)
        found = _DEBUG_FILE.fullmatch(content[max(0, end - _DEBUG_BYTES) : end])
        file, version = (found["file"].decode(), found["version"].decode()) if found else ("", "")
        if program.matches(file) and _exactly(program.version).fullmatch(version):
            return version
    return None


def _of_gnome(major: str, number: str) -> str | None:
    """libtool's number is 0, then a hundred times the minor version and the changes of the interface, then its age."""
    found = _GNOME.fullmatch(number)
    if not found or int(found[1]) < 100:
        return None
    minor, patch = divmod(int(found[1]), 100)
    return f"{major}.{minor}.{patch + int(found[2])}"


def _of_protobuf(number: str) -> str | None:
    found = _PROTOBUF.fullmatch(number)
    return f"3.{int(found[1]) - 11}.{found[2]}" if found else None


def _version(function: Function, program: Program, library: Functions) -> str | None:
    if function.form == "text":
        found = _at_end(program.version).search(library.text(function.symbol) or "")
        return found["version"] if found else None
    if function.form == "stored":
        numbers = library.stored(function.symbol)
        return ".".join(map(str, numbers)) if numbers and len(numbers) == 3 and max(numbers) < 10_000 else None
    if function.form == "structure":
        number = library.into_structure(function.symbol, 10_000, _TWO_NUMBERS_FROM - 1)
        return decimal(number) if number else None
    number = library.number(function.symbol)
    return NUMBERS[function.form](number) if number else None


def decimal(number: int) -> str:
    major, minor, patch = number // 10_000, number // 100 % 100, number % 100
    return f"{major}.{number % 10_000}" if number >= _TWO_NUMBERS_FROM else f"{major}.{minor}.{patch}"


def _thousands(number: int) -> str:
    major, minor, patch = number // 1000, number // 10 % 100, number % 10
    return f"{major}.{minor}.{patch}" if patch else f"{major}.{minor}"


def _bytes(number: int) -> str:
    return f"{number >> 16}.{number >> 8 & 0xFF}.{number & 0xFF}"


def _first_three_bytes(number: int) -> str:
    return _bytes(number >> 8)


def _halves(number: int) -> str:
    return f"{number >> 24}.{number >> 12 & 0xFFF}.{number & 0xFFF}"


def _digits(number: int) -> str:
    return ".".join(str(number)) if number < 1000 else decimal(number)


NUMBERS: dict[str, Callable[[int], str]] = {
    "decimal": decimal,
    "thousands": _thousands,
    "bytes": _bytes,
    "first three bytes": _first_three_bytes,
    "halves": _halves,
    "digits": _digits,
}


@cache
def _exactly(version: str) -> re.Pattern[str]:
    return re.compile(version)


@cache
def _at_end(version: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[^\d.])(?P<version>{version})(?=$|[ ,(])")

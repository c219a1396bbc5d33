"""The version of a program or library that no rule is about, by the texts around the numbers among its constants.

It is certain enough if the file's own name is beside the number: ``patchelf 0.18.0``, ``Foo version 1.2``, ``foo/1.2.3``, the
constants ``GNU grep`` and ``3.11`` side by side, a format such as ``foo version %s`` beside ``1.2.3``, and the paths of its
build, ``/build/foo-1.2/src/a.c``. ``busctl (systemd) 257.13``, ``%s (PSmisc) %s``, ``btrfs-progs v6.2`` and ``util-linux 2.41``
name the product, too. The number in a library's file name is the release if it is among the constants, too, or if the name by
which others load it has two numbers (libtool's has one). A number of two parts needs a constant or line of its own. Two
numbers that differ are none.

``joined_texts`` has the texts of Rust, ``exported_version`` the functions and variables of a library. A name that is a part of
the own one or has it as a part (``pigz 2.8`` in ``unpigz``) counts in a text of its own, if nothing else does.

A file without such a text is of the only version among its constants, if it names a version at all. Versions that its
callees compare with their own (zlib's, libpng's), of kernels and of a compiler named beside them are not counted, nor are
network addresses, nor those of Unicode in libraries.
"""

import re
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from careen.formats.binaries.segments import data_ranges, mappings

from . import version_forms as forms
from .build_paths import BuildPaths
from .exported_version import exported_version, longest
from .joined_texts import MARKS, JoinedTexts
from .neighbours import is_about_versions, text_after, text_before
from .numbers import DOT, MAX_NUMBERS, POINT, as_integers, is_distinct, start_of
from .own_name import OwnName, is_related, plain
from .whole_numbers import whole_number

MAX_PLACES = 5000  # numbers with a name before them, in one file
MAX_PRODUCTS = MAX_COMPILERS = 8
INITIALS = 3  # of a name of three words, "DragonFly Mail Agent" in dma
STATED, GUESSED = 0.6, 0.4  # confidence of a version beside the name, and of one without a name


class Named(NamedTuple):
    name: str
    version: str
    confidence: float


def version_in(data: bytes, own: OwnName) -> Named | None:
    """The version of a whole file."""
    constants = constants_of(data)
    return version_among(constants, data, own) if constants else None


def constants_of(data: bytes) -> bytes | None:
    """The constants and variables of a file, each part behind a NUL; None for what is not a file that could run."""
    try:
        ranges = data_ranges(mappings(data))
    except ValueError:
        return None
    return b"\0" + (data if ranges is None else b"\0".join(data[start:end] for start, end in ranges))


def version_among(constants: bytes, data: bytes, own: OwnName) -> Named | None:
    """``data``: the whole file, or nothing if it is not there."""
    found = OwnVersion(own)
    found.note_all(constants)
    named = found.version() or (found.exported(data) if own.is_library and data else None)
    if named is None:
        found.note_compilers(data)
    return named or found.only_version()


class OwnVersion:
    """``note`` is called for each number with a dot among the constants, and ``note_part`` for each part of them."""

    def __init__(self, own: OwnName) -> None:
        self._own = own
        self._places = 0
        self._spellings = {name.encode() for name in (own.name, own.name.capitalize(), own.name.upper())}
        self._in_full = f"{own.name} version ".encode() if len(own.name) == 2 else None  # of a name too short for ``names``
        self._stated: dict[bytes, str] = {}  # version -> name
        self._started: set[bytes] = set()  # behind the name by which the program was started
        self._beside: set[bytes] = set()
        self._products: set[tuple[bytes, bytes]] = set()
        self._named: set[tuple[bytes, bytes]] = set()
        self._whole: set[bytes] = set()  # numbers without a dot
        self._released: set[bytes] = set()  # the number in the file's name, and versions that begin with it
        self._optional: set[bytes] = set()  # behind the option that asks for the version
        self._lone: dict[bytes, bool] = {}  # whether a text beside it is about versions
        self._as_integers = as_integers(own.number)
        self._number = self._loaded_by = False  # whether the number in the file's name, or two of it, are among the constants
        self._gnu: set[bytes] = set()  # products of GNU that are named anywhere
        self._related: dict[bytes, str] = {}  # version -> name
        self._paths = BuildPaths(own)
        self._joined = JoinedTexts(own.names, tuple(self._spellings))
        self._is_rust = False
        self._compilers: set[bytes] = set()
        self._callees: set[bytes] = set()
        self._checks = [f"\0{name}".encode() for name in own.names] if own.is_library else []
        self._has_check = False  # whether the library itself has such a function
        self._has_from = self._has_format = self._speaks_of_versions = False

    def note_all(self, data: bytes) -> None:
        self.note_part(data)
        for match in islice(DOT.finditer(data, 1), MAX_NUMBERS):
            at = start_of(data, match.start())
            if at:
                self.note(data, at)

    def note_part(self, data: bytes) -> None:
        self._number = self._number or bool(self._as_integers and self._as_integers in data)
        self._has_check = self._has_check or any(name + forms.CHECK in data for name in self._checks)
        self._callees.update(callee for callee, _ in forms.OF_CALLEES if callee in data)
        self._speaks_of_versions = self._speaks_of_versions or is_about_versions(data)
        self._has_from = self._has_from or forms.FROM in data
        self._is_rust = self._is_rust or any(mark in data for mark in MARKS)
        at = data.find(forms.GNU_CONSTANT)
        while at >= 0 and len(self._gnu) < MAX_PRODUCTS:
            if gnu := forms.GNU_NAME.match(data, at):
                self._gnu.add(gnu[1])
            at = data.find(forms.GNU_CONSTANT, at + 1)
        for spelling in self._spellings:
            self._note_name(spelling, data)

    def note_compilers(self, data: bytes) -> None:
        """The versions of the compilers of a whole file, which may be among its constants, too."""
        at = data.find(forms.COMMENT)
        for _ in range(MAX_COMPILERS):
            if at >= 0 and (comment := forms.COMMENTED.match(data, at)):
                self._compilers.add(comment[1])
            at = data.find(forms.COMMENT, at + 1) if at >= 0 else at

    def note(self, data: bytes, at: int) -> None:
        """``at``: where the number begins."""
        if data[at - 1] == POINT:
            self._note_loaded(data, at)
            self._joined.note_behind_point(data, at)
            return
        number = forms.NUMBER.match(data, at)
        self._joined.note(data, at)
        if number is None:
            if data[at - 1] in b"-v":
                self._stated.update(self._paths.stated(data, at))
            return
        version = number[1]
        if forms.ADDRESS.fullmatch(version):
            return
        start = data.rfind(b"\0", max(0, at - forms.BEFORE_BYTES), at) + 1 or max(0, at - forms.BEFORE_BYTES)
        if junk := forms.JUNK.match(data, start, at):
            start = self._behind(junk.end(), data, at)
        before, is_whole = data[start:at], start > 0 and (data[start - 1] == 0 or junk is not None)
        if version == self._own.number.encode() and is_distinct(self._own.number) and not before.endswith(b"_"):
            self._number = True
        if is_whole and forms.FRACTION.fullmatch(before):
            start, before = at, b""
        if is_whole and forms.LONE_LEAD.fullmatch(before):
            if forms.LONE_END.match(data, number.end()) or (
                forms.WORDED.fullmatch(before) and forms.WORDED_END.match(data, number.end())
            ):
                self._note_lone(data, start, number)
        elif self._places < MAX_PLACES and before:
            self._places += 1
            self._note_lead(data, before, is_whole, number)

    def _behind(self, start: int, data: bytes, at: int) -> int:
        """Where the own name begins: the last bytes of another constant may look like text."""
        for name in range(start + 1, min(start + forms.JUNK_BYTES, at)):
            if any(data.startswith(spelling, name) for spelling in self._spellings):
                return name
        return start

    def version(self) -> Named | None:
        own = self._own
        if forms.WHOLE_RELEASE.fullmatch(own.release):
            return Named(own.name, own.release, STATED)
        if released := longest(self._released):
            return Named(own.name, released.decode(), STATED)
        if len(self._products) == 1 and not self._beside:
            product, version = next(iter(self._products))
            return Named(product.decode(), version.decode(), STATED)
        found = self._one_of(self._beside)
        if found is None or not forms.LONG.fullmatch(found):
            found = self._one_of({version for version in self._stated if forms.LONG.fullmatch(version)}) or found
        if found := found or self._one_of(self._stated):
            return Named(self._stated.get(found, own.name), found.decode(), STATED)
        if (started := self._one_of(self._started)) and not self._own.is_library and self._own.is_of_file:
            return Named(self._own.name, started.decode(), STATED)
        if self._has_from and len(self._named) == 1:
            name, version = next(iter(self._named))
            return Named(name.decode(), version.decode(), STATED)
        if self._number:
            return Named(own.name, own.number, STATED)
        if self._is_rust and (joined := self._joined.version()):
            return Named(own.name, joined.decode(), STATED)
        if related := self._one_of(self._related):
            return Named(self._related[related], related.decode(), STATED)
        if package := self._paths.package():
            return Named(*package, STATED)
        return None

    def exported(self, data: bytes) -> Named | None:
        """By what the library exports about its version."""
        if not self._own.is_of_file:
            return None
        version = exported_version(data, self._own.names, forms.VERSION.decode(), self._own.number)
        return Named(self._own.name, version.decode(), STATED) if version else None

    def only_version(self, others: Iterable[str] = ()) -> Named | None:
        """The only version among the constants, if it is none of ``others``; or the number by which others load the library."""
        if self._stated or self._beside or self._products or not self._own.is_of_file:
            return None
        if self._is_rust:  # its constants that end with a NUL are of C libraries
            joined = self._joined.only_version() if not self._own.is_library else None
            return Named(self._own.name, joined.decode(), GUESSED) if joined else None
        for versions in (self._optional, self._whole):
            if len(versions) == 1 and not self._own.is_library:
                return Named(self._own.name, next(iter(versions)).decode(), GUESSED)
        left_out = {version.encode() for version in others}
        lone = {version for version in self._lone if self._may_be_own(version) and version not in left_out}
        if len(self._gnu) == len(lone) == 1 and not self._own.is_library:
            return Named(next(iter(self._gnu)).decode(), next(iter(lone)).decode(), GUESSED)
        found = None
        if self._speaks_of_versions or self._has_format:
            found = longest({version for version in lone if forms.LONG.fullmatch(version)})
        if found is None and len(lone) == 1 and not self._own.is_library:
            short = next(iter(lone))
            is_backed = self._has_format or self._lone[short] or short[-1:].isalpha()
            found = short if is_backed and is_distinct(short.decode()) else None
        if found:
            return Named(self._own.name, found.decode(), GUESSED)
        return Named(self._own.name, self._own.number, GUESSED) if self._loaded_by else None

    def _note_name(self, spelling: bytes, data: bytes) -> None:
        """Whether the name is followed by a format for its version, or by one number."""
        at = data.find(spelling)
        for _ in range(MAX_PLACES):
            if at < 0:
                return
            end = at + len(spelling)
            self._has_format = self._has_format or data.startswith(forms.FORMATS, end)
            if number := whole_number(data, at, end):
                self._whole.add(number)
            at = data.find(spelling, end)

    def _note_loaded(self, data: bytes, at: int) -> None:
        """``libfoo.so.7.8`` among the constants of ``libfoo.so.7.8.3``."""
        loaded = forms.LOADED.match(data, at) if self._own.number else None
        if (
            loaded
            and self._own.number.startswith(f"{loaded[1].decode()}.")
            and data.endswith(self._own.file.encode() + b".so.", 0, at)
        ):
            self._loaded_by = True

    def _note_lead(self, data: bytes, before: bytes, is_whole: bool, number: re.Match[bytes]) -> None:
        if is_whole and self._note_beginning(data, before, number):
            return
        version, is_long = number[1], number[1].count(b".") > 1
        if before.endswith((b"/", b"-")) and (path := forms.INSTALLED.search(before)):
            if is_long and data[number.end()] == 0 and self._own.is_name(path[1]):
                self._stated[version] = self._own.name
            return
        lead = forms.LEAD.search(before)
        if lead is None:
            return
        begins = (
            (is_whole and lead.start(1) == 0)
            or before[lead.start(1) - 1 : lead.start(1)] in (b"\n", b">")
            or lead.start(1) > lead.start() + 1
        )
        is_alone = begins and forms.ENDS.match(data, number.end()) is not None
        is_unit = before.endswith(b"-") and forms.UNIT_END.match(data, number.end(1)) is not None
        is_line = is_whole and data[number.end()] == forms.NEWLINE
        words = lead[1].split(b" ")
        if is_whole and words[0] == b"GNU" and words[-1].lower() == self._own.name.lower().encode():
            self._stated[version] = self._own.name
            return
        if self._own.is_library and is_whole and before.endswith(b"_") and data[number.end()] == 0:
            return  # a version of its interface, of which others need the first that has a function
        if not (is_long or is_unit or (is_alone and (is_line or not before.endswith((b"-", b"_"))))) or (
            words[0].lower() not in forms.MADE and forms.COMPARED.intersection(map(bytes.lower, words[:-1]))
        ):
            return
        if lead[2] and self._is_own_of(words):
            self._note_product(lead[2], version)
        elif self._is_own_of(words) or (is_long and self._own.first and plain(lead[1].decode("latin-1")) == self._own.first):
            self._stated[version] = self._own.name
        elif words[-1].rpartition(b"-")[2] in forms.KINDS and self._own.is_name(words[-1].rpartition(b"-")[0]):
            self._stated[version] = words[-1].decode()
        elif is_whole:
            self._note_other(data, before, number)

    def _note_beginning(self, data: bytes, before: bytes, number: re.Match[bytes]) -> bool:
        """Whether what precedes the number, from the beginning of a text, is about its version."""
        version, end = number[1], data[number.end()]
        if before.startswith(b"%s"):
            if forms.ARGUMENT.fullmatch(before) and (version.count(b".") > 1 or end == forms.NEWLINE):
                self._started.add(version)
                return True
        elif self._is_statement(before):
            self._stated[version] = self._own.name
            return True
        elif b" -" in before and (title := forms.TITLE.fullmatch(before)) and self._own.is_name(title[1]):
            self._beside.add(version)
            return True
        if end == 0 and before.endswith(b") ") and (product := forms.PRODUCT_LEAD.fullmatch(before)):
            self._note_product(product[1], version)
            return True
        if end in forms.ENDS_OF_LINES and before.endswith((b" ", b" v")) and (suite := forms.SUITE.fullmatch(before)):
            self._products.add((suite[1], version))
            return True
        return False

    def _is_statement(self, before: bytes) -> bool:
        if before == self._in_full:
            return True
        form = forms.WHAT if before.startswith(b"@(#)") else forms.IN_BRACKETS if b" (" in before else None
        found = form.fullmatch(before) if form else None
        return found is not None and self._own.is_name(found[1])

    def _note_other(self, data: bytes, before: bytes, number: re.Match[bytes]) -> None:
        """Other names at the beginning of a text."""
        if data[number.end()] == 0 and (named := forms.NAMED.fullmatch(before)):
            self._named.add((named[1], number[1]))
        related = forms.RELATED.fullmatch(before)
        if self._own.is_library and number[1].count(b".") == 1 and data[number.end()] == 0:
            return  # more often the version of an interface
        if related and is_related(self._own, related[1].decode("latin-1")) and forms.RELATED_END.match(data, number.end()):
            self._related[number[1]] = related[1].decode("latin-1")

    def _note_lone(self, data: bytes, start: int, number: re.Match[bytes]) -> None:
        version = number[1]
        before, after = text_before(data, start), text_after(data, number.end())
        if forms.COMPILER.match(after):
            self._compilers.add(version)
            return
        is_long = version.count(b".") > 1
        for text in (before, after):
            if (gnu := forms.GNU.fullmatch(text)) and not self._own.is_name(gnu[1]):
                self._products.add((gnu[1], version))
            elif gnu or (is_long and self._is_own_or_first(forms.SIDE_NOTE.sub(b"", text).removesuffix(b"version"))):
                self._beside.add(version)
            elif b"%s" in text and not forms.OF_OTHER.match(text) and (form := forms.FORMAT.search(text)):
                self._note_format(form, version)
        if self._own.release and f"{version.decode()}.".startswith(f"{self._own.release}."):
            self._released.add(version)
        if before == forms.OPTION and is_long:
            self._optional.add(version)
        says, behind = forms.SAYS.fullmatch(before), is_long and forms.MIDDLE.fullmatch(before)
        if (says and self._is_own_or_first(says[1])) or (
            behind and self._own.is_name(text_before(data, start - len(before) - 1))
        ):
            self._beside.add(version)
        about = any(
            is_about_versions(text)
            or forms.OF_ANY.fullmatch(text)
            or (self._is_own_or_site(text) and is_distinct(version.decode()))
            for text in (before, after)
        )
        self._lone[version] = self._lone.get(version, False) or about

    def _note_format(self, form: re.Match[bytes], version: bytes) -> None:
        """``foo %s`` is written with the constant before or after it."""
        if form[2]:
            self._note_product(form[2], version)
        elif self._own.is_name(form[1]):
            self._beside.add(version)

    def _note_product(self, product: bytes, version: bytes) -> None:
        if self._own.is_name(product):
            self._stated[version] = product.decode()
        elif product.lower().split()[0] not in forms.NOT_PRODUCTS:
            self._products.add((product, version))

    def _is_own_of(self, words: list[bytes]) -> bool:
        """Whether the last words or the first one are the own name, or it has their initials."""
        is_own = any(self._own.is_name(b"".join(words[at:])) for at in range(len(words))) or self._own.is_name(words[0])
        return is_own or (
            len(words) == INITIALS and self._own.is_name(b"".join(word[:1] for word in words if word[:1].isupper()))
        )

    def _is_own_or_site(self, text: bytes) -> bool:
        site = forms.SITE.match(text)
        return self._own.is_name(site[1] if site else text)

    def _is_own_or_first(self, name: bytes) -> bool:
        return self._own.is_name(name) or bool(self._own.first and plain(name.decode("latin-1")) == self._own.first)

    def _one_of(self, versions: Iterable[bytes]) -> bytes | None:
        """The only one, or the complete form of all; or the one that is a constant of its own."""
        found = set(versions)
        return longest(found) or longest(found & self._lone.keys())

    def _may_be_own(self, version: bytes) -> bool:
        if version in self._compilers or (forms.KERNELS.fullmatch(version) and not self._lone[version]):
            return False
        if self._own.is_library and forms.UNICODE.fullmatch(version):
            return False
        return not any(
            versions.fullmatch(version)
            for callee, versions in forms.OF_CALLEES
            if callee in self._callees and not (versions is forms.ANY and self._has_check)
        )

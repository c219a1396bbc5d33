"""What a program or script can do, by the rules of ``families``; findings are the chains that ordinary software does not have.

A file is searched in bounded time: its words are collected once, and only texts whose longest word is among them are searched.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from functools import cache, cached_property

from careen.formats.binaries.dynamic import Parts, read_dynamic
from careen.formats.binaries.elf import read_elf
from careen.model.finding import BehaviourFinding

from .families import Atom, Capability, calls, capabilities, expression
from .files import STATED, ExaminedFile
from .rules import found

BLOCK_BYTES, OVERLAP_BYTES = 1 << 20, 256
MAX_PLACES = 50  # of one atom in one file
MAX_SYSTEM_CALLS = 100_000
_WORD = re.compile(rb"\w{4,64}")


def profile(file: ExaminedFile, rules: Sequence[Capability] | None = None) -> tuple[tuple[str, ...], list[BehaviourFinding]]:
    """The names of the file's capabilities, sorted, and its findings: one for each rule with an id that matches. A file that
    has the content that the distribution's package records has no findings."""
    content = Content(file)
    names: list[str] = []
    findings: list[BehaviourFinding] = []
    for capability in capabilities() if rules is None else rules:
        places = content.matches(capability)
        if places is None:
            continue
        if capability.rule is None:
            names.append(capability.name)
        elif not file.verified:
            findings.append(_finding(file, capability, places, content))
    return tuple(sorted(names)), findings


def _finding(file: ExaminedFile, capability: Capability, places: Sequence[int], content: "Content") -> BehaviourFinding:
    assert capability.rule is not None
    lines = sorted({content.line(place) for place in places if place >= 0}) if file.kind != "program" else []
    return found(
        capability.rule,
        file.path,
        f"/{file.path}:{lines[0]}" if lines else f"/{file.path}",
        line=lines[0] if lines else None,
        layer=file.layer,
        package=file.owner,
        evidence=[content.around(place) for place in places],
        lasting=capability.name,
    )


class Content:
    """A file, searched for atoms; each answer is kept."""

    def __init__(self, file: ExaminedFile) -> None:
        self._file, self._data = file, file.data
        self._known: dict[Atom, tuple[int, ...]] = {}

    def matches(self, capability: Capability) -> tuple[int, ...] | None:
        """The place of one atom of each group, -1 for an atom without a place (an import); None if the file lacks the
        capability."""
        kind = self._file.kind
        if kind not in capability.kinds and (capability.kinds or kind in STATED):
            return None
        if capability.words and not self._has(capability.words):
            return None
        groups: list[list[int]] = []
        for group in capability.needs:
            places = [place for atom in group for place in self.places(atom)]
            if not places:
                return None
            groups.append(places)
        if any(self.places(atom) for atom in capability.without):
            return None
        if not capability.near:
            return tuple(places[0] for places in groups)
        return _together(groups, capability.near)

    def places(self, atom: Atom) -> tuple[int, ...]:
        if atom not in self._known:
            self._known[atom] = tuple(self._search(atom))
        return self._known[atom]

    def line(self, place: int) -> int:
        return self._data.count(b"\n", 0, place) + 1

    def around(self, place: int) -> str:
        """The printable text at a place of the file, for the evidence; "an imported function" for the place -1."""
        if place < 0:
            return "an imported function"
        start = max(self._data.rfind(b"\n", 0, place) + 1, place - 40)
        text = self._data[start : place + 120].partition(b"\n")[0] if self._file.kind != "program" else self._word(place)
        return " ".join(re.sub(rb"[^ -~]+", b" ", text).decode("ascii").split())[:160]

    def _word(self, place: int) -> bytes:
        return re.split(rb"[^ -~]", self._data[place : place + 80], maxsplit=1)[0]

    def _search(self, atom: Atom) -> Iterator[int]:
        if atom.kind == "import":
            if atom.value.encode() in self._imports:
                yield -1
        elif atom.kind == "syscall":
            if int(atom.value) in self._system_calls:
                yield -1
        elif atom.kind == "mode":
            if self._file.mode & int(atom.value, 8):
                yield -1
        elif atom.kind == "bytes":
            at = self._data.find(bytes.fromhex(atom.value))
            if at >= 0:
                yield at
        elif atom.kind == "text":
            if not atom.anchor or atom.anchor in self._words:
                yield from _literals(atom.value.encode(), self._data)
        elif atom.kind == "pattern":
            if self._file.kind != "program":
                yield from _bounded(expression(atom.value), self._data)
        elif (call := calls()[atom.value].get(self._file.kind)) and self._has(call.words):
            for searched in call.expressions:
                yield from _bounded(searched, self._data)

    def _has(self, words: Sequence[bytes]) -> bool:
        return any(word in self._data for word in words)

    @cached_property
    def _words(self) -> frozenset[bytes]:
        """The words of rules that the file contains."""
        asked, there = _anchors(), set[bytes]()
        for start in range(0, len(self._data), BLOCK_BYTES):
            there |= asked.intersection(_WORD.findall(self._data, max(start - OVERLAP_BYTES, 0), start + BLOCK_BYTES))
        return frozenset(there)

    @cached_property
    def _imports(self) -> frozenset[bytes]:
        if self._file.kind != "program":
            return frozenset()
        try:
            dynamic = read_dynamic(read_elf(self._data), Parts([(0, self._data)]))
        except (ValueError, struct.error):
            return frozenset()
        return (dynamic.imports if dynamic else None) or frozenset()

    @cached_property
    def _system_calls(self) -> frozenset[int]:
        """The numbers of the system calls that the program's own code makes; only for programs for x86-64."""
        data = self._data
        if self._file.kind != "program" or data[4:6] != b"\2\1" or data[18:20] != b"\x3e\0" or b"\x0f\x05" not in data:
            return frozenset()
        found = set[int]()
        at = data.find(b"\x0f\x05")
        for _ in range(MAX_SYSTEM_CALLS):
            if at < 0:
                break
            before = data[max(at - 16, 0) : at]
            load = before.rfind(b"\xb8")
            if load >= 0 and load + 5 <= len(before):
                found.add(int.from_bytes(before[load + 1 : load + 5], "little"))
            at = data.find(b"\x0f\x05", at + 2)
        return frozenset(found)


def _together(groups: Sequence[Sequence[int]], near: int) -> tuple[int, ...] | None:
    """The first places, one of each group, that lie within ``near`` bytes; None if no places do."""
    for first in sorted(place for places in groups for place in places):
        chosen = [next((place for place in sorted(places) if first <= place <= first + near), None) for places in groups]
        if all(place is not None for place in chosen):
            return tuple(place for place in chosen if place is not None)
    return None


def _bounded(searched: re.Pattern[bytes], data: bytes) -> Iterator[int]:
    for number, match in enumerate(searched.finditer(data)):
        if number == MAX_PLACES:
            return
        yield match.start()


@cache
def _anchors() -> frozenset[bytes]:
    atoms = (atom for rule in capabilities() for group in (*rule.needs, rule.without) for atom in group)
    return frozenset(atom.anchor for atom in atoms if atom.anchor)


def _literals(text: bytes, data: bytes) -> Iterator[int]:
    """The places of the text; between boundaries of words, if it begins and ends with letters."""
    opens, closes = _is_letter(text[:1]), _is_letter(text[-1:])
    at, count = data.find(text), 0
    while at >= 0 and count < MAX_PLACES:
        end = at + len(text)
        if not (opens and at and _is_letter(data[at - 1 : at])) and not (closes and _is_letter(data[end : end + 1])):
            count += 1
            yield at
        at = data.find(text, end)


def _is_letter(one: bytes) -> bool:
    return one.isalnum() or one == b"_"

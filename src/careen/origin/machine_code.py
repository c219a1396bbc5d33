"""Stretches of machine code, without what differs between two programs that have the same function: the targets of calls and
jumps, and the places of data, which count as zero.

Of ``SAMPLE`` stretches one is kept, chosen by its first bytes, so that every program with this code chooses the same.
**Source:** Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2 (CALL, JMP, Jcc; ModR/M with RIP); Arm
Architecture Reference Manual, C4.1 (branches, ADR, ADRP, add and load of an offset within a page).
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .spans import Bytes, Hashes, Places, distinct, hashes_of_short_spans

Machine = Literal["", "x86-64", "arm64"]
Words = NDArray[np.uint32]
STRETCH, SAMPLE_BITS = 20, 5
SAMPLE = 1 << SAMPLE_BITS
_WORD = 4
_SALT, _FACTOR = np.uint32(0x5BD1E995), np.uint32(0x9E3779B1)
# x86-64: opcodes, or second bytes of them, that a ModR/M byte follows, in instructions that refer to data.
_WITH_MODRM = np.zeros(256, np.bool_)
_WITH_MODRM[list(bytes.fromhex("01030b10112328292b33383962636f7f8081838588898a8b8db6b7bebfc6c7f6f7ff"))] = True
# arm64: (bits of the kind of instruction, their value, bits that stay).
_ARM = (
    (0x7C00_0000, 0x1400_0000, 0xFC00_0000),  # B, BL
    (0xFF00_0010, 0x5400_0000, 0xFF00_001F),  # B.cond
    (0x7E00_0000, 0x3400_0000, 0xFF00_001F),  # CBZ, CBNZ
    (0x7E00_0000, 0x3600_0000, 0xFFF8_001F),  # TBZ, TBNZ
    (0x1F00_0000, 0x1000_0000, 0x9F00_001F),  # ADR, ADRP
    (0xFF80_0000, 0x9100_0000, 0xFFC0_03FF),  # ADD of a number
)
_LOAD, _OF_A_LOAD, _WITHOUT_OFFSET = 0xF940_0000, 0xFFC0_0000, 0xFFC0_03FF  # LDR from an address plus a number


def stretches(code: Bytes, machine: Machine) -> Hashes:
    """The hashes of some stretches of code, sorted and each once; none for other machines."""
    if code.size < STRETCH or not machine:
        return np.empty(0, np.uint64)
    kept, words, step = _of_x86(code) if machine == "x86-64" else _of_arm(code)
    is_chosen = ((words ^ _SALT) * _FACTOR) >> np.uint32(32 - SAMPLE_BITS) == 0
    starts = np.flatnonzero(is_chosen & (words != 0)) * step
    starts = starts[starts <= kept.size - STRETCH]
    return distinct(hashes_of_short_spans(kept, starts, np.full(starts.size, STRETCH, np.int64)))


def _of_x86(code: Bytes) -> tuple[Bytes, Words, int]:
    """Without knowing where instructions begin: what looks like a jump within another instruction is one in every program."""
    gone = np.zeros(code.size + 8, np.bool_)
    before, at = code[:-1], code[1:]
    for places, begin, size in (
        (np.flatnonzero((code & 0xFE) == 0xE8), 1, 4),  # CALL, JMP
        (np.flatnonzero((before == 0x0F) & ((at & 0xF0) == 0x80)), 2, 4),  # Jcc
        (np.flatnonzero(((code & 0xF0) == 0x70) | (code == 0xEB)), 1, 1),  # short ones
        (np.flatnonzero(((at & 0xC7) == 0x05) & _WITH_MODRM[before]), 2, 4),  # relative to RIP
    ):
        _mark(gone, places + begin, size)
    kept = np.where(gone[: code.size], 0, code).astype(np.uint8)
    words = np.zeros(code.size - _WORD + 1, np.uint32)
    for offset in range(_WORD):
        words |= kept[offset : offset + words.size].astype(np.uint32) << np.uint32(8 * offset)
    return kept, words, 1


def _mark(gone: "NDArray[np.bool_]", places: Places, size: int) -> None:
    for offset in range(size):
        gone[places + offset] = True


def _of_arm(code: Bytes) -> tuple[Bytes, Words, int]:
    words = code[: code.size // _WORD * _WORD].copy().view("<u4").astype(np.uint32)
    for kind, value, stays in _ARM:
        words = np.where((words & np.uint32(kind)) == value, words & np.uint32(stays), words)
    is_same_register = (words & 31) == (words >> 5 & 31)  # as of a place in the table of addresses of data
    loads = ((words & np.uint32(_OF_A_LOAD)) == _LOAD) & is_same_register
    words = np.where(loads, words & np.uint32(_WITHOUT_OFFSET), words)
    return words.astype("<u4").view(np.uint8), words, _WORD

import random
import struct

import pytest

np = pytest.importorskip("numpy")

from tests.support import sectioned  # noqa: E402
from tests.support.work import ends  # noqa: E402

from careen.origin.features import features_of  # noqa: E402
from careen.origin.machine_code import SAMPLE, STRETCH, stretches  # noqa: E402

EXECUTABLE = 6
X86 = (
    b"\xe8%b\x48\x8b\x05%b\x48\x85\xc0\x74\x0b",  # call; load relative to rip; test; jump if zero
    b"\x0f\x84%b\x89\xd8\x5b\x5d\xc3",  # jump if zero; move; pop; pop; return
)


def x86(seed: int, places: int = 0, count: int = 4000) -> bytes:
    """The same instructions for the same seed; ``places`` determines all that a linker does."""
    made, linked = random.Random(seed), random.Random(f"places {places}")
    found = []
    for _ in range(count):
        found.append(made.choice((X86[0] % (linked.randbytes(4), linked.randbytes(4)), X86[1] % linked.randbytes(4))))
        found.append(b"\x48\x81\xc3" + bytes(made.choices(range(16), k=4)))  # adds a number
    return b"".join(found)


def arm64(seed: int, places: int = 0, count: int = 6000) -> bytes:
    made, linked = random.Random(seed), random.Random(f"places {places}")
    words = []
    for _ in range(count):
        register = made.randrange(32)
        words += [
            0x9400_0000 | linked.getrandbits(26),  # bl
            0x5400_0000 | linked.getrandbits(19) << 5 | register % 14,  # b.cond
            0x3400_0000 | linked.getrandbits(19) << 5 | register,  # cbz
            0x3600_0000 | linked.getrandbits(14) << 5 | register,  # tbz
            0x9000_0000 | linked.getrandbits(2) << 29 | linked.getrandbits(19) << 5 | register,  # adrp
            0x9100_0000 | linked.getrandbits(12) << 10 | register << 5 | register,  # add
            0xF940_0000 | linked.getrandbits(12) << 10 | register << 5 | register,  # ldr of an address
            0x5280_0000 | made.getrandbits(16) << 5 | register,  # mov
        ]
    return struct.pack(f"<{len(words)}I", *words)


def of(code: bytes, machine: str) -> set[int]:
    return set(stretches(np.frombuffer(code, np.uint8), machine).tolist())


@pytest.mark.parametrize(("machine", "written"), [("x86-64", x86), ("arm64", arm64)])
def test_what_a_linker_does_makes_no_difference(machine, written):
    own, linked, other = of(written(1), machine), of(written(1, places=7), machine), of(written(2), machine)
    assert len(own) > 500
    assert len(own & linked) > 0.7 * len(own)  # a place may look like an instruction
    assert len(own & other) < 0.1 * len(own)


@pytest.mark.parametrize(("machine", "written", "step"), [("x86-64", x86, 1), ("arm64", arm64, 4)])
def test_other_code_around_it_makes_no_difference(machine, written, step):
    own, amid = of(written(1), machine), of(written(5)[: 1001 * step] + written(1) + written(6), machine)
    assert len(own - amid) <= 2 * STRETCH
    assert len(own) < 2 * len(written(1)) / step / SAMPLE


def test_no_code_has_no_stretches():
    for machine in ("x86-64", "arm64"):
        for data in (b"", b"\xe8", bytes(STRETCH - 1), bytes(1 << 16), b"\xe8" * 40):
            assert len(of(data, machine)) <= 1
    assert of(x86(1), "") == set()


@pytest.mark.parametrize("piece", [b"\xe8", b"\x0f\x84", b"\x74", b"\x8b\x05", b"\x00", b"\x00\x00\x00\x94"])
def test_code_of_one_instruction_ends(piece):
    data = piece * ((4 << 20) // len(piece))
    for machine in (62, 183):
        with ends(f"{piece!r} for {machine}"):
            found = features_of("a", sectioned.elf(b".text", data, flags=EXECUTABLE, machine=machine))["sequences"]
        assert found.size <= len(piece)


def test_machine_code_of_an_elf_file():
    code = x86(1)
    whole, data, other = (
        features_of("a", sectioned.elf(b".text", code, flags=flags, machine=machine))["sequences"]
        for flags, machine in ((EXECUTABLE, 62), (0, 62), (EXECUTABLE, 40))
    )
    assert set(whole.tolist()) == of(code, "x86-64")
    assert (data.size, other.size) == (0, 0)

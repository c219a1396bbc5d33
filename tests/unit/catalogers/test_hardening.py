import shutil
import subprocess
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.executables import elf, pe
from tests.support.hardened import hardened

from careen.catalogers.hardening import UNREAD, read, read_windows
from careen.model.hardening import Build

HEAD_BYTES = 64 << 10


def build(data: bytes, step: int = 5000) -> Build | None:
    scanner = read(SimpleNamespace(path="a", size_bytes=len(data), mode=0o755, data=data[:HEAD_BYTES]))
    if scanner is None:
        return None
    for start in range(0, len(data), step):
        scanner.feed(data[start : start + step])
    return next(iter(scanner.facts()))


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_program_with_every_protection(bits, order):
    names = ("__stack_chk_fail", "__memcpy_chk", "memcpy", "listen", "main")
    found = build(hardened(names, bits=bits, order=order, branches=True))
    assert found.format == "elf"
    assert found.role == "program"
    assert (found.position, found.relro, found.bind_now, found.no_exec_stack, found.canary) == (True,) * 5
    assert (found.fortified, found.fortifiable) == (1, 2)
    assert found.listens
    assert not found.text_relocations
    assert found.branches


def test_a_program_without_any():
    found = build(
        hardened(("memcpy",), kind=2, relro=False, stack=7, now=False, textrel=True, rpath="/tmp:lib", runpath="$ORIGIN")
    )
    assert (found.position, found.relro, found.bind_now, found.no_exec_stack, found.canary) == (False,) * 5
    assert found.text_relocations
    assert (found.rpath, found.runpath) == (("/tmp", "lib"), ("$ORIGIN",))
    assert (found.fortified, found.fortifiable) == (0, 1)


def test_a_stack_that_is_not_marked_is_executable():
    assert not build(hardened(stack=None)).no_exec_stack


def test_only_imported_names_count():
    found = build(hardened(("puts",), exports=("__stack_chk_fail", "__memcpy_chk")))
    assert (found.canary, found.fortified) == (False, 0)


def test_names_without_a_hash_table_are_found():
    assert build(hardened(("__stack_chk_fail",), hashed=False)).canary


def test_names_that_a_tool_moved_behind_the_dynamic_table_are_found():
    found = build(hardened(("__stack_chk_fail",), strings_last=True, runpath="$ORIGIN/../lib"))
    assert (found.canary, found.runpath) == (True, ("$ORIGIN/../lib",))


def test_a_library_has_no_interpreter():
    assert build(hardened(("puts",), interpreter=False)).role == "library"


def test_a_static_program_shows_no_names():
    found = build(elf(b"x" * 100))
    assert (found.role, found.canary, found.position) == ("static", None, False)


@pytest.mark.parametrize(("names", "stripped", "debug"), [(b".symtab\0.debug_info\0", False, True), (b".text\0", True, False)])
def test_symbols_and_texts_for_debuggers(names, stripped, debug):
    found = build(hardened(("puts",), sections=names))
    assert (found.stripped, found.debug) == (stripped, debug)


def test_a_table_that_cannot_be_is_unread():
    data = bytearray(hardened(("puts",)))
    at = data.index((0x8000).to_bytes(8, "little"), 64)
    while at >= 0:
        data[at : at + 8] = (1 << 40).to_bytes(8, "little")
        at = data.find((0x8000).to_bytes(8, "little"), at)
    assert build(bytes(data)) == UNREAD


def test_windows_programs_state_it_in_their_header():
    found = next(read_windows(SimpleNamespace(data=pe(b"x", b"y"))))
    assert (found.format, found.role, found.position, found.no_exec_stack) == ("pe", "program", False, False)
    assert not list(read_windows(SimpleNamespace(data=b"MZ" + bytes(200))))
    assert list(read_windows(SimpleNamespace(data=b"MZ"))) == [UNREAD]


@given(st.data())
def test_damaged_files_are_read_or_unread_and_never_raise(data):
    whole = bytearray(hardened(("__stack_chk_fail", "memcpy"), sections=b".symtab\0", runpath="$ORIGIN"))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.one_of(st.integers(4, 700), st.integers(0, len(whole) - 1)))
        whole[at] = data.draw(st.integers(0, 255))
    found = build(bytes(whole[: data.draw(st.integers(64, len(whole)))]))
    assert found is None or isinstance(found, Build)


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no compiler")
def test_what_a_compiler_makes(tmp_path):
    source = tmp_path / "a.c"
    source.write_text(
        "#include <string.h>\n#include <stdio.h>\nint main(int n, char **v) {char b[64]; strcpy(b, v[0]); puts(b);}\n"
    )

    def compiled(*flags):
        subprocess.run(["gcc", "-O2", "-o", tmp_path / "a", source, *flags], check=True, capture_output=True)
        return build((tmp_path / "a").read_bytes())

    strong = compiled("-fPIE", "-pie", "-fstack-protector-all", "-D_FORTIFY_SOURCE=2", "-Wl,-z,relro,-z,now")
    assert (strong.position, strong.canary, strong.relro, strong.bind_now, strong.fortified) == (True, True, True, True, 1)
    weak = compiled("-no-pie", "-fno-stack-protector", "-U_FORTIFY_SOURCE", "-Wl,-z,norelro,-z,lazy,-z,execstack")
    assert (weak.position, weak.canary, weak.relro, weak.bind_now, weak.fortified) == (False, False, False, False, 0)
    assert not weak.no_exec_stack
    assert weak.stripped is False

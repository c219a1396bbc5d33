"""Fixes out of patches, and what they say of files with and without them."""

import pytest

np = pytest.importorskip("numpy")

from tests.unit.origin.test_patches import diff  # noqa: E402

from careen.origin.fixes import Looked, in_order, in_program, in_source  # noqa: E402
from careen.origin.learning import learned, patches_in  # noqa: E402
from careen.origin.lines import Grams  # noqa: E402
from careen.origin.source import Parsed, language_of, literals_of  # noqa: E402
from careen.origin.spans import hashes_of  # noqa: E402

C = language_of("x.c")
PARSE = b"""int parse(struct input *in)
{
    size_t length = read_length(in);
    if (length == 0)
        return fail(in, "empty record");
    copy(in->target, in->data, length);
    return done(in, length);
}
"""
BOUND = PARSE.replace(b"    copy(", b'    if (length > in->left)\n        return fail(in, "record too long");\n    copy(')
NAMED = BOUND.replace(b"size_t length", b"uint64_t length")
SERIES = b"first.patch\nCVE-2024-1111.patch # the fix\nlast.patch\n"


def looked(data: bytes, path: str = "lib/code.c", original: str = "lib/code.c") -> Looked:
    return Looked(path, (original,), Grams(data, C).hashes)


def states(found, *files: Looked) -> list[tuple[str, str]]:
    return [(state.cve, state.state) for state in in_source(found, files)]


@pytest.fixture
def found():
    return learned("deb:demo", patches_in({"CVE-2024-1111.patch": PATCH}), {"lib/code.c": PARSE})


PATCH = diff(PARSE.split(b"\n"), BOUND.split(b"\n"))


def test_patched_and_unpatched_files(found):
    assert states(found, looked(PARSE)) == [("CVE-2024-1111", "vulnerable")]
    assert states(found, looked(BOUND)) == [("CVE-2024-1111", "fixed")]
    assert states(found, looked(b"int other(void)\n{\n    return 0;\n}\n")) == [("CVE-2024-1111", "unknown")]
    assert states(found, looked(PARSE, "lib/else.c", "lib/else.c")) == []


def test_a_fixed_file_beside_the_component_does_not_count(found):
    edited = PARSE.replace(b"length", b"size")  # neither form is found in it
    assert states(found, looked(edited), looked(BOUND, "lib/old/code.c")) == [("CVE-2024-1111", "unknown")]
    assert states(found, looked(PARSE), looked(BOUND, "lib/old/code.c")) == [("CVE-2024-1111", "vulnerable")]
    assert states(found, looked(edited), looked(BOUND, "lib/fixed.c", "lib/else.c")) == [("CVE-2024-1111", "unknown")]


def test_every_change_has_to_be_there():
    more = PARSE + PARSE.replace(b"parse", b"parse_more").replace(b"record", b"entry").replace(b"copy", b"move")
    second = more.replace(b"    move(", b'    if (length > in->left)\n        return fail(in, "entry too long");\n    move(')
    fixed = second.replace(b"    copy(", b'    if (length > in->left)\n        return fail(in, "record too long");\n    copy(')
    found = learned(
        "demo", patches_in({"CVE-2024-1111.patch": diff(more.split(b"\n"), fixed.split(b"\n"))}), {"lib/code.c": more}
    )
    assert states(found, looked(fixed)) == [("CVE-2024-1111", "fixed")]
    assert states(found, looked(second)) == [("CVE-2024-1111", "unknown")]
    assert states(found, looked(more)) == [("CVE-2024-1111", "vulnerable")]


def test_patches_before_and_after_the_fix_are_applied():
    first = PARSE.replace(b"in->target", b"in->room")
    fixed = BOUND.replace(b"in->target", b"in->room")
    files = {
        "debian/patches/series": SERIES,
        "debian/patches/first.patch": diff(PARSE.split(b"\n"), first.split(b"\n")),
        "debian/patches/CVE-2024-1111.patch": diff(first.split(b"\n"), fixed.split(b"\n")),
        "debian/patches/CVE-2024-2222.patch": diff(first.split(b"\n"), fixed.split(b"\n")),  # not applied
        "debian/patches/last.patch": diff(fixed.split(b"\n"), fixed.replace(b"size_t", b"uint64_t").split(b"\n")),
    }
    found = learned("deb:demo", patches_in(files), {"lib/code.c": PARSE})
    assert states(found, looked(first)) == [("CVE-2024-1111", "vulnerable")]
    assert states(found, looked(fixed)) == [("CVE-2024-1111", "fixed")]
    assert states(found, looked(fixed.replace(b"size_t", b"uint64_t"))) == [("CVE-2024-1111", "fixed")]


def test_a_patch_without_its_sources_is_seen_alone():
    found = learned("demo", patches_in({"a/CVE-2024-1111.diff": PATCH}), {})
    assert states(found, looked(BOUND)) == [("CVE-2024-1111", "fixed")]
    assert states(found, looked(PARSE)) == [("CVE-2024-1111", "vulnerable")]


def test_tests_and_documents_of_a_fix_are_left_out():
    patch = PATCH.replace(b"lib/code.c", b"tests/code.c") + PATCH.replace(b"lib/code.c", b"NEWS")
    assert learned("demo", patches_in({"CVE-2024-1111.patch": patch}), {}) == []


def test_literals_of_one_form_tell_of_a_program():
    renamed = PARSE.replace(b"empty record", b"no record at all")
    patch = diff(PARSE.split(b"\n"), renamed.split(b"\n"))
    found = learned("demo", patches_in({"CVE-2024-1111.patch": patch}), {"lib/code.c": PARSE})

    def program(data: bytes) -> list[str]:
        texts = frozenset(hashes_of(literals_of(Parsed(data, C))[0]).tolist())
        return [state.state for state in in_program(found, texts)]

    assert (program(PARSE), program(renamed), program(b"")) == (["vulnerable"], ["fixed"], [])
    elsewhere = {"lib/code.c": PARSE, "lib/else.c": b'char *other = "no record at all";\n'}
    found = learned("demo", patches_in({"CVE-2024-1111.patch": patch}), elsewhere)
    assert program(renamed) == []


def test_contradicting_versions_of_a_fix_are_unknown(found):
    other = learned("deb:demo", patches_in({"CVE-2024-1111.patch": diff(BOUND.split(b"\n"), PARSE.split(b"\n"))}), {})
    assert states([*found, *other], looked(BOUND)) == [("CVE-2024-1111", "unknown")]
    assert len(in_order([*found, *other, *found])) == 2


def test_a_later_revision_that_changes_more_counts(found):
    first = learned("deb:demo", patches_in({"CVE-2024-1111.patch": PATCH}), {"lib/code.c": PARSE})
    more = BOUND.replace(b"return done(in, length);", b"return done(in, length, in->left);")
    files = {"CVE-2024-1111-1.patch": PATCH, "CVE-2024-1111-2.patch": diff(BOUND.split(b"\n"), more.split(b"\n"))}
    second = learned("deb:demo", patches_in(files), {"lib/code.c": PARSE})
    assert states([*first, *second], looked(BOUND)) == [("CVE-2024-1111", "unknown")]
    assert states([*second], looked(more)) == [("CVE-2024-1111", "fixed")]


def test_a_change_that_nothing_tells_apart_is_never_found():
    short = b"int a;\nint b;\nint c;\n"
    patch = PATCH + diff(short.split(b"\n"), short.replace(b"b", b"d").split(b"\n"), b"lib/short.c")
    found = learned("demo", patches_in({"CVE-2024-1111.patch": patch}), {"lib/code.c": PARSE, "lib/short.c": short})
    assert states(found, looked(BOUND), looked(short, "lib/short.c", "lib/short.c")) == [("CVE-2024-1111", "unknown")]
    patch = PATCH + diff(short.split(b"\n"), b"other:\n".split(b"\n"), b"lib/fast.S")
    found = learned("demo", patches_in({"CVE-2024-1111.patch": patch}), {"lib/code.c": PARSE})
    assert states(found, looked(BOUND)) == [("CVE-2024-1111", "unknown")]
    comment = PARSE.replace(b"    return done", b"    /* all of it */\n    return done")
    patch = PATCH + diff(PARSE.split(b"\n"), comment.split(b"\n"), b"lib/else.c")
    found = learned("demo", patches_in({"CVE-2024-1111.patch": patch}), {"lib/code.c": PARSE, "lib/else.c": PARSE})
    assert states(found, looked(BOUND)) == [("CVE-2024-1111", "fixed")]


def test_code_that_a_later_patch_brings_back_is_harmless():
    """The later revision fixes it elsewhere, and has the lines of before again."""
    moved = PARSE.replace(
        b"int parse", b"static int check(struct input *in)\n{\n    return in->left > 0 && in->room > 0;\n}\n\nint parse"
    )
    files = {
        "debian/patches/series": b"CVE-2024-1111.patch\nlast.patch\n",
        "debian/patches/CVE-2024-1111.patch": PATCH,
        "debian/patches/last.patch": diff(BOUND.split(b"\n"), moved.split(b"\n")),
    }
    first = learned("deb:demo", patches_in({"CVE-2024-1111.patch": PATCH}), {"lib/code.c": PARSE})
    later = learned("deb:demo", patches_in(files), {"lib/code.c": PARSE})
    assert states(first, looked(moved)) == [("CVE-2024-1111", "vulnerable")]
    assert states([*first, *later], looked(moved)) == [("CVE-2024-1111", "unknown")]

"""Changes in unified diffs, and files with the changes made; ``difflib`` writes the diffs."""

import difflib
import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.origin import patches
from careen.origin.patches import Work, apply, changes_in

LINES = st.lists(st.sampled_from([b"a", b"b", b"    c", b"d;", b""]), max_size=30)


def diff(old: list[bytes], new: list[bytes], path: bytes = b"lib/code.c") -> bytes:
    lines = difflib.diff_bytes(difflib.unified_diff, old, new, b"a/" + path, b"b/" + path, lineterm=b"")
    return b"\n".join((b"Description: a fix", *lines, b""))


@given(LINES, LINES)
def test_a_file_with_the_changes_made_is_the_new_one(old, new):
    for changes in changes_in(diff(old, new)):
        assert changes.path == "lib/code.c"
        applied = apply(old, changes.hunks, Work())
        assert list(applied.after) == new
        for hunk, spans in zip(changes.hunks, applied.spans, strict=True):
            assert tuple(old[line] for line in spans[0]) == hunk.before
            assert tuple(new[line] for line in spans[1]) == hunk.after


def test_a_change_that_has_moved_is_found_with_less_context():
    old = [b"line %d" % number for number in range(20)]
    new = [*old[:10], b"the fix", *old[11:]]
    (changes,) = changes_in(diff(old, new))
    moved = [b"more"] * 5 + [b"edited" if line == b"line 7" else line for line in old]
    applied = apply(moved, changes.hunks, Work())
    assert applied.after[15] == b"the fix"
    assert applied.after[12] == b"edited"
    assert len(applied.after) == len(moved)


def test_a_change_that_is_nowhere_leaves_the_file_as_it_is():
    (changes,) = changes_in(diff([b"one", b"two"], [b"one", b"three"]))
    applied = apply([b"other", b"text"], changes.hunks, Work())
    assert (applied.after, applied.spans) == ((b"other", b"text"), (None,))


def test_deleted_files_are_left_out():
    assert list(changes_in(b"--- a/x.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n")) == []


def test_a_patch_with_too_many_changes(monkeypatch):
    monkeypatch.setattr(patches, "MAX_HUNKS", 1)
    with pytest.raises(ValueError, match="more than 1 changes"):
        list(changes_in(b"--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-x\n+y\n@@ -9 +9 @@\n-x\n+y\n"))


def test_mutations_of_a_patch_end():
    made = random.Random(3)
    old = [b"line %d" % number for number in range(60)]
    good = diff(old, [line.replace(b"3", b"three") for line in old])
    for _ in range(int(os.environ.get("CAREEN_MUTATIONS", "200"))):
        damaged = bytearray(good)
        for _ in range(made.randrange(1, 6)):
            at = made.randrange(len(damaged))
            damaged[at : at + made.randrange(3)] = made.choice([b"", b"@@", b"-", b"9999999", b"\n", b"\xff"])
        for changes in changes_in(bytes(damaged)):
            applied = apply(old, changes.hunks, Work())
            assert len(applied.spans) == len(changes.hunks)


def test_a_change_without_context_comes_after_its_line():
    (changes,) = changes_in(b"--- a/x.c\n+++ b/x.c\n@@ -2,0 +3 @@\n+new\n")
    assert apply([b"1", b"2", b"3"], changes.hunks, Work()).after == (b"1", b"2", b"new", b"3")


def test_a_search_in_vain_ends():
    lines = [b"same"] * 5000
    hunk = patches.Hunk(2000, (*lines[:1000], b"other"), (b"new",))
    with pytest.raises(ValueError, match="too long"):
        apply(lines, (hunk,) * 100, Work(1_000_000))

"""Why an answer is not complete: the sentences that depend on their facts."""

import pytest

from careen.matching.coverage_causes import (
    AttachedOdd,
    AttachedUnread,
    StaleSource,
    UnidentifiedFiles,
    UnreadFiles,
    UnreadLayer,
)


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (StaleSource("debian", "2026-01-02"), "debian: its data is of 2026-01-02"),
        (StaleSource("debian", ""), "debian: its data is of an unknown day"),
        (UnreadLayer("unreadable", 2, "a/b", "cut"), "layer 2 could not be read completely (at a/b): cut"),
        (UnreadLayer("unreadable", 2, "", "cut"), "layer 2 could not be read completely: cut"),
        (UnreadFiles("unreadable", 1, "a", "odd"), "1 file could not be read (a: odd)"),
        (UnreadFiles("unreadable", 2, "a", "odd"), "2 files could not be read (a: odd …)"),
        (UnreadFiles("unreadable", 1, "", "odd"), "1 file could not be read (odd)"),
        (UnidentifiedFiles(("/a",)), "1 program or library that no package owns and no cataloger identifies: /a"),
        (AttachedOdd(("a", "b", "c")), "attachments of the image that are ignored: a; b; c"),
        (AttachedOdd(("a", "b", "c", "d")), "attachments of the image that are ignored: a; b; c; …"),
        (AttachedUnread(True, ("a",)), "attachments of the image were not read completely: a"),
        (AttachedUnread(False, ("a",)), "attachments of the image were not requested from its registry: a"),
    ],
)
def test_sentences(cause, text):
    assert cause.text() == text


def test_several_unidentified_files_are_counted():
    assert UnidentifiedFiles(("/a", "/b")).text().startswith("2 programs or libraries that no package owns")
    assert (
        UnidentifiedFiles(("/a", "/b"), 1)
        .text()
        .endswith("/b; in 1 of 2, code of known projects was found, but not what else is there")
    )

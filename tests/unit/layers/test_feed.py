"""How readers get the content of a file, and what becomes of their errors."""

import io
from pathlib import Path

import pytest

from careen.errors import InputError, OverBudgetError
from careen.formats.archives.inflate import SeekStream
from careen.formats.archives.tar import members
from careen.layers import feed as module
from careen.layers.dispatch import Wanted
from careen.layers.feed import GAP_BYTES, Found, LayerFile, feed
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import HEAD_BYTES, Reader, Wants
from careen.safety.budget import Budget, Limits
from tests.support.images import make_layer

LONG = bytes(range(256)) * 1024  # 256 KiB


class Scanner:
    """Keeps what it is fed, and notes what is skipped as a number."""

    def __init__(self, ranges=None):
        self.ranges = ranges
        self.seen = []

    def feed(self, chunk):
        self.seen.append(bytes(chunk))

    def skip(self, size):
        self.seen.append(size)

    def facts(self):
        yield self.seen


def found_in(content, *readers, limits=None):
    """What the readers, each named by its number, find in a file with this content."""
    source = SeekStream(io.BytesIO(make_layer({"f": content})))
    found = Found(Budget(limits or Limits()).layer())
    for member in members(source):
        feed(source, member, "f", [Wanted(str(number), reader) for number, reader in enumerate(readers)], found)
    return found


def reader(read, **wants):
    return Reader(Wants(names=("f",), **wants), read)


def facts(found, name="0"):
    return found.facts[name]["f"]


def test_a_whole_file():
    assert facts(found_in(LONG, reader(lambda file: [file.data, file.open().read(), file.mode]))) == [LONG, LONG, 0o644]


def test_the_head_is_bounded():
    assert facts(found_in(LONG, reader(lambda file: [file.data], amount="head"))) == [LONG[:HEAD_BYTES]]


def test_a_stream_is_fed_all_of_the_content():
    (seen,) = facts(found_in(LONG, reader(lambda file: Scanner(), amount="stream")))
    assert b"".join(seen) == LONG


def test_a_reader_may_look_at_the_head_and_decline_the_stream():
    assert found_in(LONG, reader(lambda file: None, amount="stream")).facts == {}


def test_gaps_between_ranges_are_skipped_and_what_follows_the_last_is_left_out():
    far = HEAD_BYTES + GAP_BYTES + 100_000
    (seen,) = facts(found_in(LONG, reader(lambda file: Scanner([(far, far + 8), (0, 4)]), amount="stream")))
    assert seen == [LONG[:4], far - 4, LONG[far : far + 8]]


def test_a_small_gap_is_read_and_ranges_beyond_the_end_are_cut():
    ranges = [(0, 4), (GAP_BYTES, GAP_BYTES + 4), (len(LONG) - 2, len(LONG) + 9), (len(LONG) * 2, len(LONG) * 3)]
    (seen,) = facts(found_in(LONG, reader(lambda file: Scanner(ranges), amount="stream")))
    assert seen == [LONG[: GAP_BYTES + 4], len(LONG) - 2 - GAP_BYTES - 4, LONG[-2:]]


def test_a_range_within_another_changes_nothing():
    (seen,) = facts(found_in(LONG, reader(lambda file: Scanner([(0, 100), (10, 20)]), amount="stream")))
    assert seen == [LONG[:100]]


def test_one_scanner_without_ranges_makes_all_of_them_get_everything():
    both = [reader(lambda file: Scanner([(0, 1)]), amount="stream"), reader(lambda file: Scanner(), amount="stream")]
    assert [b"".join(facts(found_in(LONG, *both), name)[0]) == LONG for name in "01"] == [True, True]


def test_magic_decides_by_the_first_bytes():
    readers = [reader(lambda file: ["yes"], magic=(magic,)) for magic in (b"\x7fELF", b"MZ")]
    assert found_in(b"MZ...", *readers).facts == {"1": {"f": ["yes"]}}


def test_a_file_beyond_the_bound_is_not_read_whole(monkeypatch):
    monkeypatch.setattr(module, "FILE_BYTES", 4)
    read = reader(lambda file: [file.data])
    assert facts(found_in(b"1234", read)) == [b"1234"]
    found = found_in(b"12345", read)
    assert (found.facts, [unknown.code for unknown in found.unknowns]) == ({}, ["unreadable"])


def test_a_reader_that_closes_a_large_file_leaves_it_to_the_next_one(monkeypatch):
    monkeypatch.setattr(module, "MEMORY_BYTES", 1 << 10)

    def read(file):
        with file.open() as stream, file.open() as other:
            yield stream.read(4)
            stream.seek(-4, io.SEEK_END)
            yield (other.read(2), stream.read(), stream.tell())
        yield file.open().read()

    found = found_in(LONG, reader(read), reader(read))
    assert found.unknowns == [] and list(found.facts) == ["0", "1"]
    expected = [LONG[:4], (LONG[:2], LONG[-4:], len(LONG)), LONG]
    assert all(values["f"] == expected for values in found.facts.values())


def test_a_large_file_is_read_from_a_temporary_file(monkeypatch):
    monkeypatch.setattr(module, "MEMORY_BYTES", 1 << 10)
    found = found_in(LONG, reader(lambda file: [file.open().read()]), reader(lambda file: [file.data]))
    assert facts(found) == [LONG]
    assert [unknown.reason for unknown in found.unknowns] == ["larger than 0 MiB"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_disk_is_the_machines_trouble(monkeypatch):
    monkeypatch.setattr(module, "MEMORY_BYTES", 0)
    monkeypatch.setattr(module, "_spool", lambda: open("/dev/full", "r+b"))
    with pytest.raises(InputError, match="cannot be written to a temporary file: No space left"):
        found_in(b"x", reader(lambda file: ["fact"]))


def failing(error):
    def read(file):
        yield "before"
        raise error

    return reader(read)


@pytest.mark.parametrize(
    ("error", "code", "transient", "reason"),
    [
        (ValueError("odd"), "unreadable", False, "odd"),
        (ValueError(), "unreadable", False, "not readable"),
        (MemoryError(), "unreadable", True, "this machine could not read it: out of memory"),
        (OSError("disk"), "unreadable", True, "this machine could not read it: disk"),
        (RuntimeError("bug"), "unreadable", False, "the reader failed: RuntimeError: bug"),
        (OverBudgetError("too much"), "over_budget", False, "too much"),
    ],
)
def test_an_error_becomes_an_unknown_and_earlier_facts_stay(error, code, transient, reason):
    found = found_in(b"x", failing(error), reader(lambda file: ["other"]))
    assert (facts(found), facts(found, "1")) == (["before"], ["other"])
    (unknown,) = found.unknowns
    assert (unknown.code, unknown.transient, unknown.reason) == (code, transient, reason)
    assert unknown.evidence == Evidence("f", 0)


def test_a_bound_of_the_whole_layer_ends_it():
    with pytest.raises(OverBudgetError):
        found_in(b"x", reader(lambda file: ["1", "2"]), limits=Limits(facts=1))


def test_a_scanner_that_fails_gets_nothing_more():
    class Failing(Scanner):
        def feed(self, chunk):
            super().feed(chunk)
            raise ValueError("odd")

    scanner = Failing()
    found = found_in(LONG, reader(lambda file: scanner, amount="stream"))
    assert (len(scanner.seen), found.facts, len(found.unknowns)) == (1, {}, 1)


def test_facts_keep_the_root_and_unknowns_are_kept_apart():
    found = Found(Budget(Limits()).layer())
    unknown = Unknown("x", Evidence("f", 0), "why")
    found.collect(Wanted("x", reader(None), "rootfs"), "rootfs/f", lambda: ["fact", unknown])
    found.collect(Wanted("x", reader(None)), "f", lambda: ["fact"])
    assert (found.roots, found.unknowns) == ({"x": {"rootfs/f": "rootfs"}}, [unknown])
    found.forget("f")
    assert found.facts == {"x": {"rootfs/f": ["fact"]}}


def test_the_data_of_a_file_in_a_temporary_file_must_be_read_through_open():
    file = LayerFile("f", 3, 0o644, b"", io.BytesIO(b"abc"))
    assert (file.open().read(), file.open().read()) == (b"abc", b"abc")
    with pytest.raises(ValueError, match="larger than"):
        _ = file.data

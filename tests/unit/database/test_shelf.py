import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.database.buckets import Packer
from careen.database.head import Section, tag_of
from careen.database.shelf import Shelf, Wanted

TAG = tag_of("feed", "record", "")
KEY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)


@contextmanager
def shelf_of(values: dict[str, bytes], filtered: bool = True) -> Iterator[tuple[sqlite3.Connection, Section]]:
    packer = Packer(TAG, filtered)
    for key in sorted(values):
        packer.add(key, values[key])
    bodies, buckets, low = packer.rows()
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE bucket (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        connection.executemany("INSERT INTO bucket VALUES (?, ?)", enumerate(bodies, 1))
        yield connection, Section("record", -1, 1, buckets, low, packer.last, len(values), len(values))


@pytest.mark.parametrize("filtered", [True, False])
@given(st.dictionaries(KEY, st.binary(max_size=400), min_size=1, max_size=40), st.sets(KEY, max_size=20), st.randoms())
def test_a_look_up_finds_what_is_there_and_nothing_else(
    filtered: bool, values: dict[str, bytes], others: set[str], random: Random
) -> None:
    with shelf_of(values, filtered) as (connection, section):
        asked = set(random.sample(sorted(values), len(values) // 2)) | others
        found = dict(Shelf(connection).find(section, TAG, Wanted(asked)))
        assert found == {key: values[key] for key in asked if key in values}


def test_a_key_outside_every_bucket_reads_none() -> None:
    with shelf_of({f"CVE-2024-{number:04}": bytes(300) for number in range(200)}) as (connection, section):
        shelf = Shelf(connection)
        assert dict(shelf.find(section, TAG, Wanted(["CVE-2024-0100"])))  # the directory is known from here on
        connection.execute("DELETE FROM bucket WHERE id > 1")
        absent = [f"CVE-2024-{number:04}x" for number in range(199)]
        passing = [key for key in absent if Wanted([key]).within(section, shelf._directory(section, TAG)[1])]
        assert len(passing) < 30
        assert not dict(shelf.find(section, TAG, Wanted(set(absent) - set(passing))))
        with pytest.raises(ValueError, match="bucket is missing"):
            dict(shelf.find(section, TAG, Wanted(["CVE-2024-0100"])))


def test_a_damaged_filter_is_no_answer() -> None:
    with shelf_of({f"CVE-2024-{number:04}": bytes(300) for number in range(200)}) as (connection, section):
        (body,) = connection.execute("SELECT body FROM bucket WHERE id = 1").fetchone()
        connection.execute("UPDATE bucket SET body = ? WHERE id = 1", (body[:-1] + bytes([body[-1] ^ 1]),))
        with pytest.raises(ValueError, match="checksum"):
            dict(Shelf(connection).find(section, TAG, Wanted(["CVE-2024-0100"])))

"""With any byte of the database changed the answer is the right one or an error, whatever page the byte lies in.

``CAREEN_FLIPS`` says how many bytes are changed, one at a time.
"""

import os
import random
import sqlite3
from contextlib import closing
from itertools import islice

import pytest
from tests.support.feeds import SOURCES, whole_mirror

from careen.app.regression_guard import build_is_affected
from careen.database.file_state import damaged, rows_of
from careen.database.integrity import Sum, _stat, _write
from careen.database.knowledge import FILE, database_path
from careen.database.read import open_database
from careen.database.update import update
from careen.errors import DatabaseError
from careen.model.advisory import Advisory, Malicious
from careen.plugins import Need

FLIPS = int(os.environ.get("CAREEN_FLIPS", "300"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A database with records of every kind, padded so that sections have several buckets and values several pages."""
    folder = tmp_path_factory.mktemp("flips")
    update(folder, SOURCES, mirror_at=str(whole_mirror(folder / "mirror")), need=Need(full=True))
    path = database_path(folder)
    with open_database(path) as database:
        return path, path.read_bytes(), questions(database)


def questions(database):
    """Everything that can be asked: what is there, and as much that is not."""
    names, ids = {}, set()
    for feed in rows_of(database._path):
        for record in database.records_of_feed(feed):
            if isinstance(record, Advisory | Malicious):
                names.setdefault(record.namespace, {"absent", "zzz"}).add(record.package)
            if isinstance(record, Advisory):
                ids |= {record.id, *record.aliases}
            else:
                ids.add(getattr(record, "id", None) or getattr(record, "name", None) or record.namespace)
    return names, sorted(ids | {f"CVE-1999-{n}" for n in range(20)})


def answers(path, names, ids):
    with open_database(path) as database:
        found = [database.info.built, [(one.name, one.as_of, one.records) for one in database.info.sources]]
        for namespace, known in names.items():
            found += [
                database.namespace(namespace),
                database.advisories(namespace, known),
                database.malicious(namespace, known),
                database.knows(namespace, known),
                database.end_of_life(namespace),
                database.limited_support(namespace),
                database.listed(namespace, known),
            ]
        found += [database.records(ids), database.epss(ids), database.exploited(ids), database.repositories(ids)]
        return found


@pytest.mark.parametrize("is_noticed", [True, False], ids=["changed file", "decayed disk"])
def test_any_byte(made, is_noticed):
    """A file that was changed is read whole; where the disk decays, its times stay, and look-ups alone can tell."""
    path, good, (names, ids) = made
    expected = answers(path, names, ids)
    seed = random.Random(7)
    wrong, errors = [], 0
    for _ in range(FLIPS):
        at, bit = seed.randrange(len(good)), 1 << seed.randrange(8)
        with path.open("r+b") as file:
            file.seek(at)
            file.write(bytes([good[at] ^ bit]))
        if not is_noticed:
            _write(path, Sum(("",), _stat(path)))
        try:
            if answers(path, names, ids) != expected:
                wrong.append((at, bit))
        except DatabaseError:
            errors += 1
        with path.open("r+b") as file:
            file.seek(at)
            file.write(good[at : at + 1])
    assert wrong == []
    assert errors == FLIPS if is_noticed else errors > FLIPS / 4


def test_an_update_heals_what_was_damaged(made, tmp_path):
    names, ids = made[2]
    mirror = whole_mirror(tmp_path / "mirror")
    update(tmp_path, SOURCES, mirror_at=str(mirror), need=Need(full=True))
    path = database_path(tmp_path)
    expected = answers(path, names, ids)[2:]
    seed = random.Random(3)
    healed = set()
    for _ in range(20):
        data = bytearray(path.read_bytes())
        data[seed.randrange(len(data) // 10, len(data))] ^= 1 << seed.randrange(8)
        path.write_bytes(bytes(data))
        with pytest.raises(DatabaseError, match="damaged") as caught:
            open_database(path)
        assert "careen db update" in caught.value.hint
        result = update(tmp_path, SOURCES, mirror_at=str(mirror), need=Need(full=True), is_affected=build_is_affected())
        assert result.changed
        assert {one.path for one in result.failed} <= {FILE}  # whose head was hit: what it had is not known
        healed |= {one.path for one in result.feeds if one.state == "updated"}
        assert answers(path, names, ids)[2:] == expected
    assert healed  # (some bytes hold nothing)
    assert not update(tmp_path, SOURCES, mirror_at=str(mirror), need=Need(full=True)).changed


@pytest.mark.parametrize("at", range(8))
def test_an_update_heals_a_page_of_sqlites_own(tmp_path, at):
    """The root of the table of buckets: nothing of it can be read."""
    mirror = whole_mirror(tmp_path / "mirror")
    update(tmp_path, SOURCES, mirror_at=str(mirror))
    path = database_path(tmp_path)
    good = rows_of(path)
    with closing(sqlite3.connect(path)) as connection:
        ((root,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'bucket'").fetchall()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    data = bytearray(path.read_bytes())
    data[(root - 1) * size + at] ^= 0xFF
    path.write_bytes(bytes(data))
    update(tmp_path, SOURCES, mirror_at=str(mirror))
    assert rows_of(path).keys() == good.keys()
    assert damaged(path) == frozenset()


def test_what_is_damaged_and_cannot_be_fetched_is_reported(made, tmp_path):
    mirror = whole_mirror(tmp_path / "mirror")
    update(tmp_path, SOURCES, mirror_at=str(mirror))
    path = database_path(tmp_path)
    before = rows_of(path)
    data = bytearray(path.read_bytes())
    at = data.index(b"harbour-crane")
    data[at] ^= 1
    path.write_bytes(bytes(data))
    for file in islice(mirror.rglob("osv/*/all.zip"), 100):
        file.unlink()
    result = update(tmp_path, SOURCES, mirror_at=str(mirror))
    assert {one.trouble for one in result.failed} == {"damaged"}
    lost = {one.path for one in result.failed}
    assert lost
    assert rows_of(path).keys() == before.keys() - lost
    with open_database(path) as database:
        assert database.advisories("alpine:edge", ["boom"])

"""What the cache folder holds, and its removal: by last use, never the database in use, never outside of the folder."""

import hashlib
import os
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.app.caching import DAY_S, KINDS, REMOVABLE, Freed, cache_contents, prune_cache
from careen.app.opening import open_context
from careen.app.session import Session
from careen.app.wiring import open_store
from careen.config import load
from careen.database.lock import exclusive
from careen.errors import UsageError
from careen.images.cache import aside
from careen.images.manifest import Descriptor
from careen.images.registry import _store
from careen.plugins import silent
from careen.safety.cache_limits import cache_limits, layers_of_registry, parse_size
from careen.store.sqlite import SqliteStore
from careen.store.use import using
from tests.support.feeds import Answer
from tests.support.generated import examples

PLACES = {
    "blobs/sha256/aa": "images",
    "blobs/sha256/.part-x1": "partial",
    "exports/docker/x.tar": "exports",
    "exports/docker/x.tar.seal": "exports",
    "archive/abc.told2": "archive",
    "database/advisories.sqlite": "database",
    "database/advisories.sqlite.sum": "database",
    "database/trusted/root.json": "database",
    "database/lock": "database",
    "database/kept/2026-01-01.sqlite": "kept",
    "database/cve.sqlite": "scores",
    "database/cve.sqlite-wal": "scores",
    "database/fetching.7/0": "partial",
    "database/partial/ab.part": "partial",
    "database/partial/ab.journal": "partial",
    "database/advisories.sqlite.7.coming": "partial",
    "database/refresh.log": "logs",
    "own/notes.txt": "other",
    "blobs.txt": "other",
}
PROTECTED = {path for path, kind in PLACES.items() if kind in ("database", "other")}


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "cache"
    path.mkdir(mode=0o700)
    return path


def settings_of(folder, **more):
    return load({"cache_dir": str(folder), **more}, {}).settings


def put(folder, path, size=100, days=0.0):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.write_bytes(b"x" * size)
    os.utime(file, (time.time() - days * DAY_S,) * 2)
    return file


def there(folder):
    found = set()
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        found |= {os.path.relpath(os.path.join(place, name), folder) for name in (*files, *links)}
    return found


def freed(pruned):
    return {one.kind: (one.count, one.size) for one in pruned.freed}


def left(pruned):
    return {(one.kind, one.why): one.count for one in pruned.left}


def test_every_place_has_its_kind(folder):
    for path in PLACES:
        put(folder, path)
    found = {one.kind: one for one in cache_contents(settings_of(folder)).holdings}
    assert found.keys() == set(PLACES.values())
    assert {kind: one.size for kind, one in found.items()} == {kind: 100 * [*PLACES.values()].count(kind) for kind in found}
    assert (found["exports"].count, found["scores"].count, found["partial"].count) == (1, 1, 4)
    assert {kind for kind, one in found.items() if one.removable} == set(REMOVABLE) - {"layers"}


def test_clear_leaves_the_database_in_use_and_what_is_not_ours(folder):
    for path in PLACES:
        put(folder, path)
    pruned = prune_cache(settings_of(folder), older_than_days=0)
    assert there(folder) == PROTECTED
    assert sum(one.size for one in pruned.freed) == 100 * (len(PLACES) - len(PROTECTED))
    assert not (folder / "exports/docker").exists()
    assert not (folder / "database/fetching.7").exists()


def test_prune_by_age_and_dry_run(folder):
    for number, days in enumerate((0, 10, 20, 40)):
        put(folder, f"blobs/sha256/{number}", days=days)
    before = there(folder)
    settings = settings_of(folder)
    assert freed(prune_cache(settings, older_than_days=15, dry_run=True)) == {"images": (2, 200)}
    assert there(folder) == before
    assert freed(prune_cache(settings)) == {"images": (1, 100)}
    assert freed(prune_cache(settings, older_than_days=15)) == {"images": (1, 100)}
    assert there(folder) == {"blobs/sha256/0", "blobs/sha256/1"}


def test_prune_by_size_takes_what_was_used_longest_ago(folder):
    for number in range(5):
        put(folder, f"{'blobs/sha256' if number % 2 else 'archive'}/{number}", days=number)
    put(folder, "database/advisories.sqlite", size=1000, days=99)
    settings = settings_of(folder)
    assert freed(prune_cache(settings, ["archive"], max_size=250)) == {"archive": (1, 100)}
    assert freed(prune_cache(settings, max_size=1250)) == {"images": (1, 100), "archive": (1, 100)}
    assert there(folder) == {"archive/0", "blobs/sha256/1", "database/advisories.sqlite"}
    prune_cache(settings, max_size=0)
    assert there(folder) == {"database/advisories.sqlite"}


def test_prune_keeps_to_the_setting(folder):
    for number in range(5):
        put(folder, f"blobs/sha256/{number}", days=number)
    assert freed(prune_cache(settings_of(folder, cache_max_size="300"))) == {"images": (2, 200)}


def test_layers_go_one_by_one(folder):
    store = SqliteStore(folder / "layers.sqlite")
    for number in range(20):
        store.put(f"layer {number}", os.urandom(3000))
    store.close()
    import sqlite3

    with sqlite3.connect(folder / "layers.sqlite") as connection:
        connection.execute("UPDATE entry SET used = used - 86400 * 60 WHERE rowid <= 15")
    connection.close()
    (holding,) = cache_contents(settings_of(folder)).holdings
    assert (holding.kind, holding.count) == ("layers", 20)
    ((_, (count, size)),) = freed(prune_cache(settings_of(folder))).items()
    assert count == 15
    assert size > 15 * 2000
    store = SqliteStore(folder / "layers.sqlite")
    assert [store.get(f"layer {number}") is not None for number in (0, 14, 15, 19)] == [False, False, True, True]
    assert prune_cache(settings_of(folder), ["layers"], older_than_days=0).freed[0].count in (5, 3)  # two were read just now
    store.close()


def test_layers_that_somebody_writes_stay(folder, monkeypatch):
    import sqlite3

    monkeypatch.setattr("careen.store.entries.PATIENCE_S", 0.0)
    store = SqliteStore(folder / "layers.sqlite")
    store.put("layer", b"x" * 100)
    store.close()
    writer = sqlite3.connect(folder / "layers.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert left(prune_cache(settings_of(folder), older_than_days=0)) == {("layers", "in_use"): 1}
    writer.close()
    assert prune_cache(settings_of(folder), older_than_days=0).freed[0].count == 1


def test_a_store_that_is_no_database_goes_as_a_file(folder):
    put(folder, "layers.sqlite", days=50)
    assert cache_contents(settings_of(folder)).holdings[0].count == 1
    assert freed(prune_cache(settings_of(folder))) == {"layers": (1, 100)}


def test_links_are_not_followed_and_nothing_outside_is_removed(folder, tmp_path):
    outside = tmp_path / "outside"
    put(outside, "precious", days=99)
    put(folder, "blobs/sha256/real", days=99)
    (folder / "blobs/sha256/link").symlink_to(outside / "precious")
    (folder / "blobs/folder").symlink_to(outside)
    (folder / "archive").symlink_to(outside)
    (folder / "blobs/sha256/up").symlink_to("..")
    names = ["..\\x", "-rf", "a\nb", "\udcff", "x" * 200, "$(reboot)"]
    for name in names:
        with suppress(OSError):
            put(folder, f"blobs/sha256/{name}", days=99)
    prune_cache(settings_of(folder), older_than_days=0)
    assert there(outside) == {"precious"}
    assert (folder / "archive").is_symlink()
    assert there(folder) == {"archive"}


def test_a_folder_that_becomes_a_link_while_it_is_pruned(folder, tmp_path, monkeypatch):
    """Between looking and removing: the same names, sizes and times elsewhere."""
    from careen.app import caching

    outside = tmp_path / "outside"
    file = put(folder, "blobs/sha256/aa", days=99)
    other = put(outside, "aa", days=99)
    os.utime(other, (file.stat().st_mtime,) * 2)
    remove = caching.remove

    def swapped(root, kept):
        if file.parent.is_dir() and not file.parent.is_symlink():
            file.parent.rename(tmp_path / "moved")
            (folder / "blobs/sha256").symlink_to(outside)
        return remove(root, kept)

    monkeypatch.setattr(caching, "remove", swapped)
    assert left(prune_cache(settings_of(folder), older_than_days=0)) == {("images", "changed"): 1}
    assert other.exists()


def test_what_is_used_meanwhile_stays(folder, monkeypatch):
    from careen.app import caching

    file = put(folder, "blobs/sha256/aa", days=99)
    remove = caching.remove

    def used(root, kept):
        os.utime(file)
        return remove(root, kept)

    monkeypatch.setattr(caching, "remove", used)
    assert left(prune_cache(settings_of(folder))) == {("images", "changed"): 1}
    assert file.exists()


def test_what_a_running_scan_may_need_stays(folder):
    for path, days in (("blobs/sha256/new", 0), ("blobs/sha256/old", 2), ("blobs/sha256/.part-1", 0)):
        put(folder, path, days=days)
    with using(folder):
        pruned = prune_cache(settings_of(folder), older_than_days=0)
    assert freed(pruned) == {"images": (1, 100)}
    assert left(pruned) == {("images", "in_use"): 1, ("partial", "in_use"): 1}
    prune_cache(settings_of(folder), older_than_days=0)
    assert there(folder) == {"in-use"}


def test_a_session_is_a_use(folder):
    from careen.store.use import is_used

    settings = settings_of(folder)
    assert not is_used(folder)
    with Session(settings):
        assert is_used(folder)
        with Session(settings):
            pass
        assert is_used(folder)
    assert not is_used(folder)


@pytest.mark.parametrize("lock", ["lock", "partial.lock", "refresh.lock"])
def test_beside_a_database_that_is_updated_nothing_is_removed(folder, lock):
    for path in PLACES:
        put(folder, path)
    with exclusive(folder / "database" / lock, 0):
        pruned = prune_cache(settings_of(folder), older_than_days=0)
    assert left(pruned) == {
        ("kept", "updating"): 1,
        ("scores", "updating"): 1,
        ("partial", "updating"): 3,
        ("logs", "updating"): 1,
    }
    assert {path for path in PLACES if path.startswith("database/")} <= there(folder)


def test_a_folder_that_is_not_ones_own_is_not_touched(folder):
    put(folder, "blobs/sha256/aa", days=99)
    folder.chmod(0o777)
    for act in (cache_contents, prune_cache):
        with pytest.raises(UsageError, match="not used"):
            act(settings_of(folder))
    assert there(folder) == {"blobs/sha256/aa"}


def test_no_folder_holds_nothing(tmp_path):
    assert cache_contents(settings_of(tmp_path / "none")).holdings == ()
    assert prune_cache(settings_of(tmp_path / "none"), older_than_days=0).freed == ()
    assert not (tmp_path / "none").exists()


def test_a_new_blob_is_partial_until_it_is_whole(folder):
    with aside(folder / "blobs/sha256/aa") as file:
        file.write(b"x")
        file.flush()
        assert [one.kind for one in cache_contents(settings_of(folder)).holdings] == ["partial"]
    assert [one.kind for one in cache_contents(settings_of(folder)).holdings] == ["images"]


@examples(30)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(PLACES)), st.integers(0, 60), st.integers(0, 500)), max_size=8),
    st.lists(st.sampled_from(REMOVABLE), max_size=3),
    st.one_of(st.none(), st.integers(0, 60)),
    st.one_of(st.none(), st.integers(0, 3000)),
)
def test_a_dry_run_reports_what_is_done(tmp_path_factory, files, kinds, days, size):
    folder = tmp_path_factory.mktemp("cache")
    folder.chmod(0o700)
    for path, age, length in files:
        put(folder, path, length, age + 0.5)
    settings = settings_of(folder)
    before, had = cache_contents(settings).size, there(folder)
    planned = prune_cache(settings, kinds, older_than_days=days, max_size=size, dry_run=True)
    assert there(folder) == had
    done = prune_cache(settings, kinds, older_than_days=days, max_size=size)
    assert (planned.freed, planned.left) == (done.freed, ())
    assert before - cache_contents(settings).size == sum(one.size for one in done.freed)
    gone = had - there(folder)
    assert all(PLACES[path] in (kinds or REMOVABLE) for path in gone)
    assert all(isinstance(one, Freed) and one.kind in KINDS for one in done.freed)


def test_limits_are_shared_out():
    usual = cache_limits()
    assert cache_limits(None) == usual
    half = cache_limits("10.625G")
    assert (half.images, half.layers, half.archive) == (5 << 30, 1 << 29, 128 << 20)
    assert layers_of_registry() == 16 << 30
    assert layers_of_registry("10.625G") == half.layers


def test_scans_keep_to_the_setting(folder):
    settings = settings_of(folder, cache_max_size="2M")
    store = open_store(settings)
    for number in range(100):
        store.put(str(number), os.urandom(3000))
    store.close()
    (layers,) = cache_contents(settings).holdings
    assert 80_000 < layers.size <= cache_limits("2M").layers < 100_000
    for number in range(5):
        data = bytes.fromhex(f"{number:064x}") * 10_000
        blobs = _store(open_context(settings, silent), lambda digest, offset, data=data: Answer(200, data))
        blobs.open(Descriptor(f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))).close()
    assert len(list((folder / "blobs/sha256").iterdir())) == cache_limits("2M").images // 320_000


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("512M", 512 << 20), ("20G", 20 << 30), ("20 GiB", 20 << 30), ("20GB", 20 * 10**9), ("1.5k", 1536), ("7B", 7)],
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "-1", "G", "1e9", "1P", "20GG", "1,5G", "9" * 16, "٣G"])
def test_what_is_no_size(text, folder):
    with pytest.raises(ValueError, match="is not a size"):
        parse_size(text)
    if text:
        with pytest.raises(UsageError, match="is not a size such as 20G"):
            settings_of(folder, cache_max_size=text)
